package hours_test

import (
	"strings"
	"testing"
	"time"
)

// TestHolidays lists the public holidays of each year that has its own; the dates of
// Easter and Trinity are those of the church calendars.
func TestHolidays(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	h := parse(t, "PH")
	for year, want := range map[int]string{
		2022: "01.01 07.01 08.03 24.04 01.05 09.05 12.06 28.06 28.07 24.08 14.10 25.12",
		2023: "01.01 07.01 08.03 16.04 01.05 09.05 04.06 28.06 28.07 24.08 01.10 25.12",
		2024: "01.01 08.03 01.05 05.05 08.05 23.06 28.06 15.07 24.08 01.10 25.12",
		2025: "01.01 08.03 20.04 01.05 08.05 08.06 28.06 15.07 24.08 01.10 25.12",
		2026: "01.01 08.03 12.04 01.05 08.05 31.05 28.06 15.07 24.08 01.10 25.12",
		2027: "01.01 08.03 01.05 02.05 08.05 20.06 28.06 15.07 24.08 01.10 25.12",
	} {
		var got []string
		for _, i := range h.Intervals(time.Date(year, 1, 1, 0, 0, 0, 0, kyiv), time.Date(year+1, 1, 1, 0, 0, 0, 0, kyiv), kyiv) {
			for d := i.From; d.Before(i.To); d = d.AddDate(0, 0, 1) {
				got = append(got, d.Format("02.01"))
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%d:\n got %s\nwant %s", year, s, want)
		}
	}
}
