package pack_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"example.org/teplo/geo"
	"example.org/teplo/internal/pack"
	"example.org/teplo/internal/report"
	"example.org/teplo/internal/view"
)

const kyivCode = "UA80000000000093317"

// bare is a world of Kyiv alone, at 11:55 there.
func bare(t *testing.T) *world {
	w := &world{t: t, state: report.NewState(), views: view.New(), now: time.Date(2026, 1, 15, 9, 55, 20, 0, time.UTC)}
	policy := report.Drill()
	w.add(report.Event{Policy: &policy})
	w.put(report.Record{Source: "test", Ref: kyivCode, AreaCode: kyivCode, Facts: report.Area{Level: "oblast", Category: "K", NameUK: "Київ", NameEN: "Kyiv"}})
	return w
}

func (w *world) hub(ref string, at orb.Point, facts report.Hub) string {
	return w.put(report.Record{
		Ref: ref, Source: "test", Tier: report.TierOfficial, Name: ref, AreaCode: kyivCode, Point: at, HasPoint: true, Precision: "exact",
		Confirmed: report.InstantOf(w.now), Facts: facts,
	})
}

// TestMixedMinutes: a minute in which an answer changes has the lesser one.
func TestMixedMinutes(t *testing.T) {
	w := bare(t)
	as := w.now.Truncate(time.Minute)
	seen := as.Add(5*time.Minute + 30*time.Second)
	w.hub("closes", orb.Point{30.5, 50.4}, report.Hub{OpeningHours: "24/7", OpenInCurfew: "yes", Status: "closed", StatusAt: report.InstantOf(seen)})
	w.hub("opens", orb.Point{30.5, 50.5}, report.Hub{OpeningHours: "22:00-23:00", OpenInCurfew: "yes", Status: "open", StatusAt: report.InstantOf(seen)})
	limit := time.Duration(w.state.Policy().CurfewConfirm)
	w.put(report.Record{ // stale in the middle of the eleventh minute
		Ref: "rule", Source: "test", Tier: report.TierOfficial, AreaCode: kyivCode, Confirmed: report.InstantOf(as.Add(10*time.Minute + 30*time.Second - limit)),
		Facts: report.Curfew{Kind: "none", Timezone: "Europe/Kyiv"},
	})
	p := w.oblast(w.publish(), "UA80")
	for i := range p.hubs {
		h := &p.hubs[i]
		before, after := "yes", "no"
		if name := column[string](t, p.Hubs["name"])[i]; name == "opens" {
			before, after = after, before
		}
		for minute, want := range map[int]string{0: before, 4: before, 5: "unknown", 6: after} {
			if got := p.open(h, as.Add(time.Duration(minute)*time.Minute)); got != want {
				t.Errorf("%s in minute %d: got %s, want %s", h.id, minute, got, want)
			}
		}
	}
	for minute, want := range map[int]string{9: "yes", 10: "unconfirmed", 11: "unconfirmed"} {
		at := as.Add(time.Duration(minute) * time.Minute)
		if got := p.verdict([]int{p.row(kyivCode)}, at, at); got != want {
			t.Errorf("verdict in minute %d: got %s, want %s", minute, got, want)
		}
	}
	if !p.AsOf.Equal(as) || !p.ValidUntil.Equal(as.Add(6*time.Hour)) {
		t.Errorf("as of %s, valid until %s", p.AsOf, p.ValidUntil)
	}
}

// TestEdges: what lies on the edge of the block, or only touches it, is not in it.
func TestEdges(t *testing.T) {
	w := bare(t)
	c := geo.CellAt(orb.Point{30.5234, 50.4501}, pack.Zoom)
	block := geo.Cell{Z: c.Z, X: c.X - 1, Y: c.Y - 1}.Bound() // its north-western cell
	east := geo.Cell{Z: c.Z, X: c.X + 1, Y: c.Y}.Bound()
	inside := w.hub("west edge", orb.Point{block.Min[0], c.Center()[1]}, report.Hub{})
	w.hub("east edge", orb.Point{east.Max[0], c.Center()[1]}, report.Hub{})
	outage := func(ref string, cell geo.Cell) string {
		return w.put(report.Record{
			Ref: ref, Source: "test", Tier: report.TierOfficial, AreaCode: kyivCode, Point: cell.Center(), HasPoint: true, Confirmed: report.InstantOf(w.now),
			Facts: report.Outage{Service: "power", StartsAt: report.InstantOf(w.now.Add(-time.Hour)), AnnouncedEndAt: report.InstantOf(w.now.Add(time.Hour))},
		})
	}
	corner := outage("corner", geo.Cell{Z: c.Z, X: c.X + 1, Y: c.Y + 1})
	outage("beyond", geo.Cell{Z: c.Z, X: c.X + 2, Y: c.Y})
	snap := w.publish()
	p := w.around(snap, c)
	if len(p.hubs) != 1 || p.hubs[0].id != inside {
		t.Errorf("hubs: %+v, want that of the western edge", p.hubs)
	}
	if ids := column[string](t, p.Outages["id"]); !slices.Equal(ids, []string{corner}) {
		t.Errorf("outages: %v, want that of the corner", ids)
	}
	start, end := column[*int](t, p.Outages["starts_at"])[0], column[*int](t, p.Outages["announced_end_at"])[0]
	if *start != -60 || *end != 60 || column[*int](t, p.Outages["ends_at"])[0] != nil {
		t.Errorf("the outage lasts from %d to %d minutes", *start, *end)
	}
	if whole := w.oblast(snap, "UA80"); len(column[string](t, whole.Outages["id"])) != 2 || len(whole.hubs) != 2 {
		t.Error("the pack lacks something")
	}
}

// TestSign: the signature is of the body's SHA-256, 64 bytes with leading zeros kept.
func TestSign(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^key=([A-Za-z0-9+/]{87}=), sig=([A-Za-z0-9+/]{86}==)$`)
	for i := range 600 { // one in 128 has a leading zero byte
		body, _ := json.Marshal(i)
		value, err := pack.Sign(key, body)
		m := form.FindStringSubmatch(value)
		if err != nil || m == nil {
			t.Fatalf("%q, %v", value, err)
		}
		point, _ := base64.StdEncoding.DecodeString(m[1])
		sig, _ := base64.StdEncoding.DecodeString(m[2])
		pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		digest := sha256.Sum256(body)
		if err != nil || !pub.Equal(&key.PublicKey) || !ecdsa.Verify(pub, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
			t.Fatalf("%d: %s does not verify, %v", i, value, err)
		}
	}
	if print, err := pack.Fingerprint(&key.PublicKey); err != nil || !regexp.MustCompile(`^[0-9a-f]{4}( [0-9a-f]{4}){7}$`).MatchString(print) {
		t.Errorf("fingerprint %q, %v", print, err)
	}
}
