package main_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shortOf writes the first 40 bits of a hub's id as its short link does, from the
// bytes.
func shortOf(t *testing.T, id string) string {
	t.Helper()
	sum, err := base32.HexEncoding.DecodeString(strings.ToUpper(strings.TrimPrefix(id, "hub-")))
	if err != nil || len(sum) != 10 {
		t.Fatalf("the id %q: %v", id, err)
	}
	return base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").EncodeToString(sum[:5])
}

// importHubs puts hubs of one source into a store, as rows "ref,name,lat,lon,heat".
func importHubs(t *testing.T, db, source, rows string) {
	t.Helper()
	file := filepath.Join(filepath.Dir(db), source+".csv")
	if err := os.WriteFile(file, []byte("ref,name,lat,lon,heat\n"+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := teplo(t, "import", file, "--db", db, "--as", "hubs", "--source", source); code != 0 {
		t.Fatal(out, errs)
	}
}

// leadsTo follows a short link by one step; "404" where it leads nowhere.
func leadsTo(p *phone, short string) string {
	resp, _ := p.open("/s/" + short)
	if resp.StatusCode == http.StatusFound {
		return resp.Header.Get("Location")
	}
	return fmt.Sprint(resp.StatusCode)
}

func TestShortLinks(t *testing.T) {
	t.Parallel()
	db := bundled(t)
	k := keys(t, db, "aid:UA14")
	importHubs(t, db, "withheld", "1,Пункт,48.0123,37.8123,yes\n")
	importHubs(t, db, "twins", "746670,Перший близнюк,50.45,30.52,yes\n862805,Другий близнюк,50.46,30.53,yes\n")
	s := serve(t, db)
	p := newPhone(s)
	for short, want := range map[string]string{
		"57814": "/place/UA18040190010057814", "93317": "/place/UA80000000000093317", "57814?lang=en": "/place/UA18040190010057814?lang=en",
		"91971": "/place/UA14000000000091971", "00000": "404", "5781": "404", "578144": "404", "UA18040190010057814": "404", "zzzzzzzz": "404",
		"%D0%96%D0%96%D0%96%D0%96": "404", "UA14": "404",
	} {
		if got := leadsTo(p, short); got != want {
			t.Errorf("/s/%s: got %s, want %s", short, got, want)
		}
	}
	// Every public hub has a link; people may read letters as digits, and capitals.
	var twins string
	for _, f := range s.items("/api/collections/hubs/items?limit=10000").Features {
		short := shortOf(t, f.ID)
		if strings.Contains(fmt.Sprint(f.Properties["name"]), "близнюк") {
			twins = short
			continue
		}
		typed := strings.ToUpper(strings.NewReplacer("0", "O", "1", "l").Replace(short))
		if got := leadsTo(p, short) + leadsTo(p, typed); got != "/hubs/"+f.ID+"/hubs/"+f.ID {
			t.Errorf("/s/%s of %s: got %s", short, f.ID, got)
		}
	}
	// Two hubs whose ids begin with the same 40 bits: nothing is guessed.
	resp, page := p.open("/s/" + twins + "?lang=uk")
	if resp.StatusCode != 300 || strings.Count(page, `href="/hubs/hub-`) != 2 || !strings.Contains(page, "Перший близнюк") || !strings.Contains(page, "Оберіть") {
		t.Errorf("of two hubs: %d %s", resp.StatusCode, page)
	}
	// A withheld hub is like one that never was.
	hidden := s.want(200, k[0], http.MethodGet, "/api/collections/hubs/items?area=UA14", nil)["features"].([]any)[0].(map[string]any)["id"].(string)
	strip := func(short string) (int, string) {
		resp, body := s.get("/s/" + short)
		return resp.StatusCode, strings.ReplaceAll(body, short, "")
	}
	code, body := strip(shortOf(t, hidden))
	if unknown, other := strip("zzzzzzzz"); code != 404 || unknown != 404 || body != other {
		t.Errorf("a withheld hub: %d, an unknown one: %d; equal pages: %v", code, unknown, body == other)
	}
}
