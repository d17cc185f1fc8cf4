package places

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"example.org/teplo/geo"
)

// Place is a row of the gazetteer: a settlement with a point. Code and NameUK are
// empty where no row of the register bears its name for certain.
type Place struct {
	Code           string // full KATOTTG
	ADM1           string // p-code of its oblast
	NameUK, NameEN string
	Point          orb.Point
	Population     int // 0 unknown
}

// LoadGazetteer reads every settlement with a point, joined to the register or not.
func LoadGazetteer(fsys fs.FS) ([]Place, error) {
	f, err := fsys.Open("gazetteer/gazetteer.csv")
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = 7
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("places: gazetteer: %w", err)
	}
	if len(rows) == 0 {
		return nil, errors.New("places: gazetteer: it has no header")
	}
	out := make([]Place, 0, len(rows)-1)
	for i, r := range rows[1:] {
		lon, err1 := strconv.ParseFloat(r[4], 64)
		lat, err2 := strconv.ParseFloat(r[5], 64)
		population, err3 := strconv.Atoi(r[6])
		if err1 != nil || err2 != nil || err3 != nil {
			return nil, fmt.Errorf("places: gazetteer: row %d is not lon, lat, population", i+2)
		}
		out = append(out, Place{Code: r[0], ADM1: r[1], NameUK: r[2], NameEN: r[3], Point: orb.Point{lon, lat}, Population: population})
	}
	return out, nil
}

// LoadBundled reads the bundled areas from the root of the data sets: the
// register's codes, categories and names, in the order of codes; the gazetteer's
// points and populations, its spellings as aliases; former names of cities; the oblasts' outlines, official
// names and aliases. Names in Latin letters are [Romanize]'s but for the oblasts. A
// hromada stands at its centre, else amid its settlements that have a point. Raions
// have no point: see [Book.Center] for their middle.
func LoadBundled(fsys fs.FS) ([]Area, error) {
	areas, err := loadRegister(fsys)
	if err != nil {
		return nil, err
	}
	index := make(map[string]int, len(areas))
	for i := range areas {
		index[areas[i].Code] = i
	}
	gazetteer, err := LoadGazetteer(fsys)
	if err != nil {
		return nil, err
	}
	for _, p := range gazetteer {
		if i, ok := index[p.Code]; ok && p.Code != "" {
			a := &areas[i]
			a.Point, a.HasPoint, a.Population = p.Point, true, p.Population
			if Fold(p.NameEN) != Fold(a.NameEN) { // Mykolayiv, of another romanisation
				a.Aliases = append(a.Aliases, p.NameEN)
			}
		}
	}
	if err := loadAliases(fsys, areas, index); err != nil {
		return nil, err
	}
	if err := loadOblasts(fsys, areas, index); err != nil {
		return nil, err
	}
	seatHromadas(areas, index)
	return areas, nil
}

func loadRegister(fsys fs.FS) ([]Area, error) {
	f, err := fsys.Open("register/areas.csv.gz")
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("places: register: %w", err)
	}
	r := csv.NewReader(z)
	r.Comma, r.ReuseRecord, r.FieldsPerRecord = ';', true, 3
	var areas []Area
	full := map[string]string{} // prefix → code
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("places: register: %w", err)
		}
		code, category, name := strings.Clone(row[0]), strings.Clone(row[1]), strings.Clone(row[2])
		full[Prefix(code)] = code
		level := LevelOf(category)
		uk, en := Shown(level, category, name)
		areas = append(areas, Area{Code: code, Level: level, Category: category, NameUK: uk, NameEN: en})
	}
	for i := range areas {
		areas[i].Parent = parentOf(areas[i].Code, full)
	}
	return areas, nil
}

// parentOf finds the code of the next larger area that exists.
func parentOf(code string, full map[string]string) string {
	own := Prefix(code)
	for _, n := range []int{12, 9, 6, 4} {
		if n < len(own) {
			if parent, ok := full[Prefix(code[:n]+strings.Repeat("0", codeLen-n))]; ok && parent != code {
				return parent
			}
		}
	}
	return ""
}

// Shown turns a name of the register into those shown to people, in Ukrainian and
// in Latin letters: "Львівський" of a raion becomes "Львівський район" and
// "Lvivskyi Raion".
func Shown(level Level, category, name string) (uk, en string) {
	name = strings.TrimSpace(name)
	latin := Romanize(name)
	switch {
	case level == LevelOblast && category == "O" && !strings.Contains(name, " "):
		return name + " область", latin + " Oblast"
	case level == LevelRaion:
		return name + " район", latin + " Raion"
	case level == LevelHromada:
		return name + " громада", latin + " Hromada"
	case level == LevelDistrict && !strings.Contains(name, " "):
		return name + " район", latin + " District"
	default:
		return name, latin
	}
}

// loadAliases adds former and Russian names of cities.
func loadAliases(fsys fs.FS, areas []Area, index map[string]int) error {
	f, err := fsys.Open("aliases/aliases.csv")
	if err != nil {
		return fmt.Errorf("places: %w", err)
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.FieldsPerRecord = 3
	rows, err := in.ReadAll()
	if err != nil {
		return fmt.Errorf("places: aliases: %w", err)
	}
	for _, r := range rows[min(1, len(rows)):] {
		i, ok := index[r[0]]
		if !ok {
			return fmt.Errorf("places: aliases: %s is not in the register", r[0])
		}
		areas[i].Aliases = append(areas[i].Aliases, strings.Split(r[2], ",")...)
	}
	return nil
}

func loadOblasts(fsys fs.FS, areas []Area, index map[string]int) error {
	b, err := fs.ReadFile(fsys, "oblasts/oblasts.geojson")
	if err != nil {
		return fmt.Errorf("places: %w", err)
	}
	var doc struct {
		Features []struct {
			Properties struct {
				Code    string   `json:"code"`
				NameUK  string   `json:"name_uk"`
				NameEN  string   `json:"name_en"`
				Aliases []string `json:"aliases"`
			} `json:"properties"`
			Geometry json.RawMessage `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return fmt.Errorf("places: oblasts: %w", err)
	}
	for _, f := range doc.Features {
		i, ok := index[f.Properties.Code]
		if !ok {
			return fmt.Errorf("places: oblasts: %s is not in the register", f.Properties.Code)
		}
		g, err := geo.ParseGeometry(f.Geometry)
		if err != nil {
			return fmt.Errorf("places: oblasts: %s: %w", f.Properties.Code, err)
		}
		mp, ok := g.(orb.MultiPolygon)
		if !ok {
			return fmt.Errorf("places: oblasts: %s is not a MultiPolygon", f.Properties.Code)
		}
		a := &areas[i]
		a.Outline, a.NameUK, a.NameEN = mp, f.Properties.NameUK, f.Properties.NameEN
		a.Aliases = append(a.Aliases, f.Properties.Aliases...)
		if !a.HasPoint {
			a.Point, a.HasPoint = middle(mp), true
		}
	}
	return nil
}

// middle is the centroid where it lies in the outline, else some point that does.
func middle(mp orb.MultiPolygon) orb.Point {
	if p, _ := planar.CentroidArea(mp); geo.Contains(mp, p) {
		return p
	}
	return geo.PointInside(mp)
}

// seatHromadas gives a hromada without a point that of its centre, which the
// register numbers 001; where the centre has none, the mean of its settlements'.
func seatHromadas(areas []Area, index map[string]int) {
	type mean struct {
		sum orb.Point
		n   float64
	}
	means := map[int]mean{}
	for i := range areas {
		a := &areas[i]
		h, ok := index[a.Parent]
		if !ok || !a.HasPoint || a.Level != LevelSettlement || areas[h].HasPoint {
			continue
		}
		if a.Code[9:12] == "001" {
			areas[h].Point, areas[h].HasPoint = a.Point, true
			continue
		}
		m := means[h]
		means[h] = mean{orb.Point{m.sum[0] + a.Point[0], m.sum[1] + a.Point[1]}, m.n + 1}
	}
	for h, m := range means {
		if a := &areas[h]; !a.HasPoint {
			a.Point, a.HasPoint = orb.Point{m.sum[0] / m.n, m.sum[1] / m.n}, true
		}
	}
}
