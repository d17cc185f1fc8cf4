package hours_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"example.org/teplo/internal/hours"
)

// TestRead: notices that have one reading, and what they mean.
func TestRead(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"цілодобово", "24/7"},
		{"Цілодобовий.", "24/7"},
		{"Усі пункти працюють цілодобово", "24/7"},
		{"24/7", "24/7"},
		{"круглосуточно", "24/7"},
		{"24 hours", "24/7"},
		{"Open 24 hours a day", "24/7"},
		{"цілодобово, без вихідних", ""},
		{"Пн-Пт цілодобово", "Mo-Fr 00:00-24:00"},
		{"з 8:00 до 17:00", "08:00-17:00"},
		{"08:00-17:00", "08:00-17:00"},
		{"с 8 до 17 часов", "08:00-17:00"},
		{"з 8 год. до 17 год.", "08:00-17:00"},
		{"щодня з 08:00 до 22:00", "Mo-Su 08:00-22:00"},
		{"щодня з 08:00 і до 22:00, за потреби довше", "Mo-Su 08:00-22:00"},
		{"9:00-18:00 без вихідних", "Mo-Su 09:00-18:00"},
		{"Пн-Пт 9-18", "Mo-Fr 09:00-18:00"},
		{"Пн-Пт 9:00-18:00, Сб 10:00-15:00", "Mo-Fr 09:00-18:00; Sa 10:00-15:00"},
		{"пн–пт з 9.00 до 18.00; сб, нд – вихідний", "Mo-Fr 09:00-18:00"},
		{"пн-пт: 09:00 - 18:00, сб, вс: выходной", "Mo-Fr 09:00-18:00"},
		{"з понеділка по п'ятницю з 9:00 до 18:00", "Mo-Fr 09:00-18:00"},
		{"Понеділок – п’ятниця: 9:00–18:00\nСубота: 9:00–13:00", "Mo-Fr 09:00-18:00; Sa 09:00-13:00"},
		{"Графік роботи: по буднях 9:00-18:00", "Mo-Fr 09:00-18:00"},
		{"9:00-18:00 Пн-Пт", "Mo-Fr 09:00-18:00"},
		{"9:00-12:00; 15:00-18:00", "09:00-12:00,15:00-18:00"},
		{"Пт-Нд 20:00-06:00; Пн 9:00-18:00", "Mo 09:00-18:00, Fr-Su 20:00-06:00"},
		{"9.00 – 5.00pm", "09:00-17:00"},
		{"10-5pm", "10:00-17:00"},
		{"2-4pm", "14:00-16:00"},
		{"11am - 2", "11:00-14:00"},
		{"Fridays midday - 2pm", "Fr 12:00-14:00"},
		{"Monday to Friday, 10:00am to 3:00pm", "Mo-Fr 10:00-15:00"},
		{"Monday to Friday\n\n11am to 3pm", "Mo-Fr 11:00-15:00"},
		{"<ul><li>Monday to Friday - 8.30am to 4.30pm</li></ul>", "Mo-Fr 08:30-16:30"},
		{"Tues &amp; Weds 10am-12 noon", "Tu,We 10:00-12:00"},
		{"Friday to Monday 6pm-10pm", "Mo,Fr-Su 18:00-22:00"},
		{"M, W: 12pm-8pm; Tu, Th: 10am-6pm; F, Sa: 9am-5pm; Su: Closed", "Mo,We 12:00-20:00; Tu,Th 10:00-18:00; Fr,Sa 09:00-17:00"},
		{"Mon - Fri 8:30 A.M. To 4:30 P.M. Sat 9:00 A.M. To 4:00 P.M.", "Mo-Fr 08:30-16:30; Sa 09:00-16:00"},
		{"Monday, 6:00pm to midnight", "Mo 18:00-24:00"},
		{"Monday: 10:00 - 12:00 / 13:00 - 14:00, Tuesday: 20:00 - 03:00", "Mo 10:00-12:00,13:00-14:00, Tu 20:00-03:00"},
	} {
		if tc.want == "" {
			tc.want = "Mo-Su 00:00-24:00"
		}
		got, ok := hours.Read(tc.text)
		if !ok || got != tc.want {
			t.Errorf("%q: got %q, %v; want %q", tc.text, got, ok, tc.want)
		}
	}
}

// TestReadRefuses: what is not certain, or not understood to the end.
func TestReadRefuses(t *testing.T) {
	for _, text := range []string{
		"", " ", ".", "так", "<Null>",
		"цілодобово з урахуванням комендантської години",
		"цілодобово під час повного блекауту; підзарядка ґаджетів 9:00-12:00; 15:00-18:00",
		"Впродовж навчального дня",
		"щодня, крім неділі, 9:00-18:00",
		"Пн-Пт 9:00-18:00, перерва 13:00-14:00",
		"з 9-00 до 18-00", "з 10-15 до 18-45",
		"до 22:00", "з 8:00", "Сб", "вихідний", "Пн-Нд вихідний",
		"Пн 9:00-18:00, Пн вихідний", "Пн вихідний, Пн 9:00-18:00",
		"Пн-Пт 9:00-18:00, Ср 12:00-20:00", // union or exception?
		"10.12-12.12, 13:00-18:00", "10.12-12.12 13:00-18:00", "01.12-31.12 9:00-18:00",
		"after 20:00 on call", "by appointment", "first Monday of the month", "term time only", "until late",
		"Tuesday and Thursday, 9:15am to 11:15am. Term time only", "Monday: 16:30 - 18:00 Monthly",
		"Open Saturday And Sunday", "M.T.Th. F 9am-5pm Wed. 11am-7pm",
		"Monday ; Tuesday ; Thursday 4pm-7pm; Friday", "Wed Thur 10am-12",
		"10-5", "9-12", "Tue 10-3", "12:00 - 01:00", "Monday: 11:00 - 04:00", "Monday: 01:30 - 02:30",
		"Monday 7:00-9:00", "7-9pm", "9am-10", "8pm-12", "9pm-2", "9am-12am", "12am-6am", "11am - 3.30am", "13pm-5pm",
		"Monday: 00:00 - 00:00", "Monday: 10:30 - 00:00", "25:00-26:00", "10:75-12:00", "Monday: 10:00 - 15:30 / 12:00 - 13:00",
		"Пн 9:00-12:00 13:00-18:00", "10:00-22:00 Mon; Tue 9:00-18:00", "Пн-будні 9:00-18:00",
		"щодня 8:00-22:00, за потреби довше, крім неділі", "Sunday: 02:00 - 17:00", "4.30am to 8.30pm", "9am-13pm", "0am-5pm",
		"10:00-22:00 Mon to Thursday 10:00-21:00 Friday", "10:00-18:00 Mon. Call first",
		"Monday to Friday 9am-5pm // Thursday", "08:00-17:00 2026", "+380 44 123 45 67",
		string(make([]byte, 2000)),
	} {
		if got, ok := hours.Read(text); ok || got != "" {
			t.Errorf("%.60q: got %q, %v; want nothing", text, got, ok)
		}
	}
}

// fileErrs are the pairs whose value says something else than its notice, and what
// the notice says.
var fileErrs = map[string]string{
	// The rule after ";" takes the place of the one before, on the same Thursday.
	"Tuesday 9:30am to 11:30am; Thursday 10am to 12 noon; Thursday 12 noon to 2pm; Friday 1:30pm to 3:30pm; Sunday 12 noon to 2pm;": "Tu 09:30-11:30; Th 10:00-12:00,12:00-14:00; Fr 13:30-15:30; Su 12:00-14:00",
}

// TestReadPairs: every notice of the file that Read takes means the same minutes of a
// week as the value that somebody made of it, but for the errors of the file.
func TestReadPairs(t *testing.T) {
	kyiv := zone(t, "Europe/Kyiv")
	from, to := at(t, kyiv, "2026-01-12 00:00"), at(t, kyiv, "2026-01-20 00:00")
	rows := pairs(t)
	read, errs := 0, 0
	for _, row := range rows {
		value, ok := hours.Read(row[0])
		if !ok {
			continue
		}
		read++
		want := row[1]
		if right, ok := fileErrs[row[0]]; ok {
			want = right
			errs++
		}
		h, err := hours.Parse(want)
		if err != nil {
			t.Errorf("%q is read as %s, the file has %s", row[0], value, want)
			continue
		}
		if got, want := parse(t, value).Intervals(from, to, kyiv), h.Intervals(from, to, kyiv); !slices.Equal(got, want) {
			t.Errorf("%q: got %s\n%s\nwant %s\n%s", row[0], value, text(got), row[1], text(want))
		}
	}
	t.Logf("%d of %d notices read (%d %%), the file errs on %d of them", read, len(rows), read*100/len(rows), errs)
	if errs != len(fileErrs) {
		t.Errorf("met %d errors of the file, want %d", errs, len(fileErrs))
	}
	if read < len(rows)/2 {
		t.Errorf("less than half")
	}
}

// TestReadPress: the notices of Ukrainian hubs in the press, and those of Chicago.
func TestReadPress(t *testing.T) {
	file, err := os.Open(realFile(t, "hubs-ua-press/points_of_invincibility.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	notice, value := slices.Index(rows[0], "opening_text"), slices.Index(rows[0], "opening_hours")
	read, with := 0, 0
	for _, row := range rows[1:] {
		if row[notice] == "" {
			continue
		}
		with++
		if got, ok := hours.Read(row[notice]); ok {
			read++
			if got != row[value] {
				t.Errorf("%q: got %q, the file has %q", row[notice], got, row[value])
			}
		}
	}
	t.Logf("%d of %d notices of the press read", read, with)
	if with-read != 8 { // seven for blackouts alone, one with the curfew
		t.Errorf("refused %d, want 8", with-read)
	}

	data, err := os.ReadFile(realFile(t, "hubs-us-chicago-warming/warm_data.json"))
	if err != nil {
		t.Fatal(err)
	}
	var centers []struct {
		Hours string `json:"hours_of_operation"`
	}
	if err := json.Unmarshal(data, &centers); err != nil {
		t.Fatal(err)
	}
	read = 0
	for _, c := range centers {
		if _, ok := hours.Read(c.Hours); ok {
			read++
		}
	}
	t.Logf("%d of %d notices of Chicago read", read, len(centers))
	if len(centers)-read != 29 { // 23 without times, 6 with "T" for Tuesday
		t.Errorf("refused %d, want 29", len(centers)-read)
	}
}
