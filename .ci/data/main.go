// Command data makes the bundled register, gazetteer, hubs and curfews: the last
// step of make.sh.
//
//	go run ./.ci/data REAL CITIES.csv
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/places"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: data REAL CITIES.csv")
	}
	register := makeRegister(filepath.Join(os.Args[1], "admin-katottg", "kodifikator-16-05-2025.csv"))
	centroids := readCentroids(filepath.Join(os.Args[1], "admin-gazetteer", "hromadas.csv"))
	makeGazetteer(os.Args[2], register, centroids)
	carry(filepath.Join(os.Args[1], "hubs-ua-press", "points_of_invincibility.csv"), "data/hubs/hubs.csv", true)
	carry(filepath.Join(os.Args[1], "curfew-ua", "curfew_rules.csv"), "data/curfews/curfews.csv", false)
}

type row struct{ code, category, name string }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func readCSV(path string, comma rune) [][]string {
	b, err := os.ReadFile(path)
	check(err)
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	r.Comma, r.FieldsPerRecord = comma, -1
	rows, err := r.ReadAll()
	check(err)
	return rows
}

// makeRegister writes code;category;name in the order of codes, compressed
// without a time so that the same facts give the same bytes.
func makeRegister(path string) []row {
	var rows []row
	for _, r := range readCSV(path, ';')[1:] {
		code := ""
		for _, c := range r[:5] {
			if c = strings.TrimSpace(c); c != "" {
				code = c
			}
		}
		rows = append(rows, row{code, strings.TrimSpace(r[5]), strings.TrimSpace(r[6])})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.code, b.code) })
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	check(err)
	for _, r := range rows {
		_, err := fmt.Fprintf(z, "%s;%s;%s\n", r.code, r.category, r.name)
		check(err)
	}
	check(z.Close())
	check(os.WriteFile("data/register/areas.csv.gz", out.Bytes(), 0o644))
	fmt.Println("register:", len(rows), "rows,", out.Len(), "bytes")
	return rows
}

func readCentroids(path string) map[string]orb.Point {
	out := map[string]orb.Point{}
	for _, r := range readCSV(path, ',')[1:] {
		lat, err1 := strconv.ParseFloat(r[5], 64)
		lon, err2 := strconv.ParseFloat(r[6], 64)
		if err1 == nil && err2 == nil {
			out[r[0]] = orb.Point{lon, lat}
		}
	}
	return out
}

// makeGazetteer joins the cities to the register strictly: one row of the same
// oblast whose romanised name is the same; where several bear it, the only city
// among them when the place has 10,000 people. A join more than 60 km off its
// hromada's centroid is dropped. The Latin name stays rather than a wrong one.
func makeGazetteer(path string, register []row, centroids map[string]orb.Point) {
	byName := map[string][]row{}
	for _, r := range register {
		if strings.Contains("MXCK", r.category) {
			key := r.code[:4] + key(places.Romanize(r.name))
			byName[key] = append(byName[key], r)
		}
	}
	var lines []string
	joined, far, taken := 0, 0, map[string]bool{}
	for _, c := range readCSV(path, ';') {
		adm, name, lon, lat, population := c[0], c[1], c[2], c[3], c[4]
		found := byName[adm+key(name)]
		if n, _ := strconv.Atoi(population); len(found) > 1 && n >= 10_000 {
			found = slices.DeleteFunc(slices.Clone(found), func(r row) bool { return r.category != "M" })
		}
		code, uk := "", ""
		if len(found) == 1 && !taken[found[0].code] {
			x, _ := strconv.ParseFloat(lon, 64)
			y, _ := strconv.ParseFloat(lat, 64)
			at, known := centroids[found[0].code[:9]]
			if known && geo.DistanceMeters(orb.Point{x, y}, at) > 60_000 {
				far++
			} else {
				code, uk = found[0].code, found[0].name
				taken[code] = true
				joined++
			}
		}
		lines = append(lines, strings.Join([]string{code, adm, quote(uk), quote(name), lon, lat, population}, ","))
	}
	slices.Sort(lines)
	text := "code,adm1,name_uk,name_en,lon,lat,population\n" + strings.Join(lines, "\n") + "\n"
	check(os.WriteFile("data/gazetteer/gazetteer.csv", []byte(text), 0o644))
	fmt.Println("gazetteer:", len(lines), "places,", joined, "joined,", far, "dropped as too far")
}

func quote(s string) string {
	if strings.ContainsAny(s, ",\"") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// key drops what Latin spellings differ in without meaning another name: case,
// apostrophes, blanks and hyphens.
func key(latin string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("'’ʼ` -", r) {
			return -1
		}
		return r
	}, strings.ToLower(latin))
}

// carry copies the facts of a table typed from public notices; hubs get a ref
// that does not depend on their place in the file.
func carry(from, to string, ref bool) {
	rows := readCSV(from, ',')
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for i, r := range rows {
		if ref {
			id := "ref"
			if i > 0 {
				sum := sha256.Sum256([]byte(strings.Join([]string{r[0], r[3], r[5], r[13]}, "\x00")))
				id = hex.EncodeToString(sum[:5])
			}
			r = append([]string{id}, r...)
		}
		check(w.Write(r))
	}
	w.Flush()
	check(w.Error())
	check(os.WriteFile(to, out.Bytes(), 0o644))
	fmt.Println(to, len(rows)-1, "rows")
}
