package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/teplo/internal/curfew"
	"example.org/teplo/internal/places"
)

// Text is one text in the two languages of everything that people read.
type Text struct{ UK, EN string }

func text(uk, en string, args ...any) Text {
	if len(args) == 0 {
		return Text{uk, en}
	}
	return Text{fmt.Sprintf(uk, args...), fmt.Sprintf(en, args...)}
}

// join puts texts one after the other, with a blank between.
func join(texts ...Text) Text {
	var uk, en []string
	for _, t := range texts {
		if t != (Text{}) {
			uk, en = append(uk, t.UK), append(en, t.EN)
		}
	}
	return Text{strings.Join(uk, " "), strings.Join(en, " ")}
}

// Documents is what a person must carry, as the rules name it (CONTRACT §3.2).
var Documents = []string{"identity_document", "military_document", "ticket", "pass"}

var documentWords = map[string]Text{
	"identity_document": {"паспорт або інший документ, що посвідчує особу", "a passport or another identity document"},
	"military_document": {"військово-обліковий документ (військовозобовʼязаним)", "the military registration document (those liable)"},
	"ticket":            {"квиток", "the ticket"},
	"pass":              {"перепустку", "the pass"},
}

// AlertFirst stands beside every yes (CONTRACT §2).
var AlertFirst = Text{
	"Під час повітряної тривоги — спершу в укриття; тривоги тут не показано.",
	"During an air-raid alert go to the shelter first; alerts are not shown here.",
}

// NotAdvice says what a verdict is not.
var NotAdvice = Text{"Це не юридична порада.", "This is not legal advice."}

// VerdictWords says an answer in one or two sentences: the curfew first, then
// whether one may go, what to carry, and why not where that is not sure. The zone is
// that of the clock that people read.
func VerdictWords(a *curfew.Answer, to curfew.Destination, by curfew.Mode, at time.Time, zone *time.Location) Text {
	return join(forceWords(&a.Force, at, zone), goWords(a, to, by, zone))
}

// forceWords says whether a curfew is in force, and until or from when.
func forceWords(f *curfew.Force, at time.Time, zone *time.Location) Text {
	switch {
	case f.State == curfew.Yes && !f.Until.IsZero():
		uk, en := clockWords(f.Until, at, zone)
		return Text{"Комендантська година до " + uk + ".", "Curfew until " + en + "."}
	case f.State == curfew.Yes:
		return text("Діє комендантська година.", "A curfew is in force.")
	case f.State == curfew.No && !f.NextStart.IsZero():
		uk, en := clockWords(f.NextStart, at, zone)
		return Text{"Комендантської години немає, почнеться о " + uk + ".", "No curfew now; the next begins at " + en + "."}
	case f.State == curfew.No:
		return text("Комендантської години немає.", "There is no curfew.")
	case len(f.Deciding) > 0:
		return text("Відомі правила комендантської години суперечать одне одному або неповні.", "The known curfew rules contradict each other or are not complete.")
	}
	return text("Правил комендантської години для цього місця не знаємо.", "No curfew rule is known for this place.")
}

// clockWords writes a time of day, with the day where it is not within a day.
func clockWords(t, at time.Time, zone *time.Location) (uk, en string) {
	local := t.In(zone)
	uk = local.Format("15:04")
	if en = uk; t.Sub(at) >= 24*time.Hour {
		return uk + " " + local.Format("02.01"), en + " on " + local.Format("2 January")
	}
	return uk, en
}

var wayWords = map[curfew.Destination]Text{
	curfew.Hub: {"До пункту обігріву", "to a hub"}, curfew.Home: {"Додому", "home"}, curfew.Shelter: {"В укриття", "to a shelter"},
}

var modeWords = map[curfew.Mode]Text{
	curfew.Foot: {"йти", "walk"}, curfew.Car: {"їхати автомобілем", "drive"}, curfew.Taxi: {"їхати на таксі", "take a taxi"},
}

func goWords(a *curfew.Answer, to curfew.Destination, by curfew.Mode, zone *time.Location) Text {
	way, mode := wayWords[to], modeWords[by]
	switch {
	case a.Verdict == curfew.Allowed:
		may := Text{way.UK + " " + mode.UK + " можна.", "You may " + mode.EN + " " + way.EN + "."}
		return join(may, CarryWords(a.Carry))
	case a.Verdict == curfew.Forbidden:
		return Text{
			way.UK + " " + mode.UK + " не можна: винятку для цього не оголошено.",
			"You may not " + mode.EN + " " + way.EN + ": no exemption is known.",
		}
	case a.Stale:
		newest := a.Force.Newest.In(zone)
		since := text("Останнє підтвердження правил — %[1]s.", "The rules were last confirmed on %[2]s.", newest.Format("02.01.2006"), newest.Format("2 January 2006"))
		if a.Force.Newest.IsZero() {
			since = text("Правила не мають дати.", "The rules bear no date.")
		}
		return join(text("Чи можна йти — не підтверджено.", "Whether you may go is not confirmed."), since)
	case slices.ContainsFunc(a.Because, func(r *curfew.Rule) bool { return r.Kind == curfew.Exemption && r.Area == "" }):
		return text(
			"Чи можна йти — не підтверджено: уряд дозволив винятки, але рішення для цього місця не знаємо.",
			"Whether you may go is not confirmed: the government allows exemptions, but no decision for this place is known.")
	}
	return text("Чи можна йти — не підтверджено.", "Whether you may go is not confirmed.")
}

// CarryWords says which of [Documents] to carry; nothing where there are none.
func CarryWords(documents []string) Text {
	var uk, en []string
	for _, d := range documents {
		if w, ok := documentWords[d]; ok {
			uk, en = append(uk, w.UK), append(en, w.EN)
		}
	}
	if uk == nil {
		return Text{}
	}
	return Text{"Візьміть " + strings.Join(uk, ", ") + ".", "Carry " + strings.Join(en, ", ") + "."}
}

var kindWords = map[string]Text{
	"baseline": {"правило", "rule"}, "extension": {"довша комендантська година", "longer curfew"}, "easing": {"послаблення", "easing"},
	"exceptional": {"лише на ці дні", "these days only"}, "exemption": {"виняток", "exemption"}, "cancelled": {"скасовано", "cancelled"},
	"none": {"комендантської години немає", "no curfew"},
}

// RuleWords says one rule in a line: where, which hours, what kind, who, from when.
func RuleWords(f *Feature, book *places.Book, zone *time.Location) Text {
	c, _ := f.Facts.(Curfew)
	where := Text{c.AreaText, c.AreaText}
	if a, ok := book.Area(f.AreaCode); ok && !c.Unresolved {
		where = Text{a.NameUK, a.NameEN}
	} else if where.UK == "" || c.AreaLevel == "country" {
		where = Text{"Україна", "Ukraine"}
	}
	out := Text{where.UK + ": ", where.EN + ": "}
	if c.StartLocal != "" && c.EndLocal != "" {
		out.UK += c.StartLocal + "–" + c.EndLocal + ", "
		out.EN += c.StartLocal + "–" + c.EndLocal + ", "
	}
	kind := kindWords[c.Kind]
	out.UK, out.EN = out.UK+kind.UK, out.EN+kind.EN
	if c.Authority != "" {
		out.UK, out.EN = out.UK+"; "+c.Authority, out.EN+"; "+c.Authority
	}
	if c.ValidFrom != 0 {
		day := c.ValidFrom.Time().In(zone)
		out.UK, out.EN = out.UK+"; з "+day.Format("02.01.2006"), out.EN+"; from "+day.Format("2 January 2006")
	}
	return out
}

// ServiceWords says what an outage leaves without.
var ServiceWords = map[string]Text{
	"power": {"немає електроенергії", "no electricity"}, "heating": {"немає опалення", "no heating"}, "water": {"немає води", "no water"},
	"communications": {"немає звʼязку", "no communications"},
}
