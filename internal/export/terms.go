package export

import "fmt"

// What every reuse of the data must know. It goes into each file whose format has a
// place for it; the others (CSV, text sequences) say it in the data package and the
// headers of their reply.
const (
	Licence     = "https://creativecommons.org/licenses/by/4.0/"
	Attribution = "Teplo; names and codes: Ministry of Communities and Territories Development (KATOTTG), CC BY 4.0; settlements: GeoNames, CC BY 4.0; outlines: Natural Earth"
	Caveats     = "The list of hubs is not complete. A fact is as old as its confirmed_at says. Community outages are delayed, coarse and suppressed below a minimum of sources: their absence means nothing."
	Methodology = "Every fact shows who says so (tier, source) and when it was last confirmed. Confidence decays by a published formula; see /about."
)

// terms are the same in words, with the instant and the cursor of a selection.
func (s *Selection) terms() string {
	return fmt.Sprintf("As of %s. Changes after this: since=%d. Licence: %s. Attribution: %s. %s %s", s.timeStamp(), s.Cursor, Licence, Attribution, Caveats, Methodology)
}
