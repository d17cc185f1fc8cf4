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

// city is a place of the gazetteer before it is joined.
type city struct {
	adm, name, lon, lat, population string
	at                              orb.Point
	large                           bool // 10,000 people, or the seat of an oblast or raion
}

func readCities(path string) []city {
	var cities []city
	for _, r := range readCSV(path, ';') {
		lon, err := strconv.ParseFloat(r[2], 64)
		check(err)
		lat, err := strconv.ParseFloat(r[3], 64)
		check(err)
		n, err := strconv.Atoi(r[4])
		check(err)
		cities = append(cities, city{
			adm: r[0], name: r[1], lon: r[2], lat: r[3], population: r[4], at: orb.Point{lon, lat},
			large: n >= 10_000 || slices.Contains([]string{"PPLC", "PPLA", "PPLA2"}, r[5]),
		})
	}
	return cities
}

// makeGazetteer joins the cities to the register strictly: one row of the same
// oblast that has the same name in Latin letters, by resolution 55, by BGN/PCGN or
// by BGN/PCGN with -yi for -ий (the gazetteer has all three), and one place that claims the row. Where several rows
// bear the name, it is the only city among them if the place is large; where several
// places claim a city, the only large one. What lies more than 60 km off its
// hromada's centroid is dropped. The Latin name stays rather than a wrong one.
func makeGazetteer(path string, register []row, centroids map[string]orb.Point) {
	rows := map[string][]row{}
	for _, r := range register {
		if strings.Contains("MXCK", r.category) {
			low := strings.ToLower(r.name)
			keys := []string{key(places.Romanize(r.name)), bgn.Replace(low), bgn.Replace(strings.ReplaceAll(low, "ий", "иі"))}
			slices.Sort(keys)
			for _, k := range slices.Compact(keys) {
				rows[r.code[:4]+k] = append(rows[r.code[:4]+k], r)
			}
		}
	}
	cities := readCities(path)
	claims := map[string][]city{}
	for _, c := range cities {
		if r, _ := match(c, rows); r.code != "" {
			claims[r.code] = append(claims[r.code], c)
		}
	}
	var lines []string
	count := map[string]int{}
	for _, c := range cities {
		r, verdict := match(c, rows)
		if verdict == "joined" && !wins(c, r, claims[r.code]) {
			r, verdict = row{}, "several in the gazetteer"
		}
		if at, known := centroids[hromada(r.code)]; known && geo.DistanceMeters(c.at, at) > 60_000 {
			fmt.Printf("  too far: %s %s (%s), %.0f km\n", r.code, r.name, c.name, geo.DistanceMeters(c.at, at)/1000)
			r, verdict = row{}, "too far"
		}
		if n, _ := strconv.Atoi(c.population); n >= 30_000 && verdict != "joined" {
			fmt.Printf("  large, not joined: %s %s, %d people, %s\n", c.adm, c.name, n, verdict)
		}
		count[verdict]++
		lines = append(lines, strings.Join([]string{r.code, c.adm, quote(r.name), quote(c.name), c.lon, c.lat, c.population}, ","))
	}
	slices.Sort(lines)
	text := "code,adm1,name_uk,name_en,lon,lat,population\n" + strings.Join(lines, "\n") + "\n"
	check(os.WriteFile("data/gazetteer/gazetteer.csv", []byte(text), 0o644))
	fmt.Println("gazetteer:", len(lines), "places,", count)
}

// bgn writes Ukrainian in lower case as the BGN/PCGN agreement of 1965 does, without
// the apostrophe and the soft sign.
var bgn = strings.NewReplacer(
	"зг", "zh", "а", "a", "б", "b", "в", "v", "г", "h", "ґ", "g", "д", "d", "е", "e", "є", "ye", "ж", "zh", "з", "z", "и", "y",
	"і", "i", "ї", "yi", "й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t",
	"у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ь", "", "ю", "yu", "я", "ya", "’", "",
)

// match finds the row of the register that bears a city's name, and a word for what
// came out.
func match(c city, rows map[string][]row) (row, string) {
	found := rows[c.adm+key(c.name)]
	if len(found) > 1 && c.large {
		found = slices.DeleteFunc(slices.Clone(found), func(r row) bool { return !strings.Contains("MK", r.category) })
		if len(found) == 0 {
			return row{}, "several in the register"
		}
	}
	switch len(found) {
	case 0:
		return row{}, "no such name"
	case 1:
		return found[0], "joined"
	default:
		return row{}, "several in the register"
	}
}

// wins tells whether c is the only place that claims the row, or of a city the only
// large one.
func wins(c city, r row, claims []city) bool {
	large := 0
	for _, other := range claims {
		if other.large {
			large++
		}
	}
	return len(claims) == 1 || large == 1 && c.large && strings.Contains("MK", r.category)
}

func hromada(code string) string {
	if code == "" {
		return ""
	}
	return code[:9]
}

func quote(s string) string {
	if strings.ContainsAny(s, ",\"") {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// key folds what Latin spellings differ in without meaning another name: case and
// apostrophes.
func key(latin string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("'’ʼ`", r) {
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
