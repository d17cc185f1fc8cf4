package report

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Activation is the rule that opens a standby hub: so long after its trigger.
type Activation struct {
	Trigger string // power (there is none), blackout (of the whole place), alert (its all-clear)
	After   time.Duration
}

// triggers are the words by which notices tell them, the surer first.
var triggers = []struct{ word, trigger string }{
	{"відбо", "alert"},
	{"отбо", "alert"},
	{"all-clear", "alert"},
	{"all clear", "alert"},
	{"блекаут", "blackout"},
	{"блэкаут", "blackout"},
	{"blackout", "blackout"},
	{"без світла", "power"},
	{"без електро", "power"},
	{"відсутності світла", "power"},
	{"відсутності електро", "power"},
	{"знеструмлен", "power"},
	{"без света", "power"},
	{"без электр", "power"},
	{"without power", "power"},
	{"power outage", "power"},
}

var (
	hoursWord = regexp.MustCompile(`(\d+)\s*[- ]?\s*(год|час|h\b|hour)`)
	inWords   = strings.NewReplacer(
		"одну годину", "1 год", "через годину", "через 1 год", "за годину", "за 1 год", "дві години", "2 год", "три години", "3 год",
		"добу", "24 год", "доби", "24 год", "один час", "1 час", "два часа", "2 часа", "one hour", "1 hour", "two hours", "2 hours")
)

// ReadActivation reads the rule out of a notice's words; false where no trigger is
// named, or where two numbers of hours are ("on workdays one hour, two at weekends").
func ReadActivation(text string) (Activation, bool) {
	low := inWords.Replace(strings.ToLower(text))
	numbers := hoursWord.FindAllStringSubmatch(low, -1)
	if len(numbers) > 1 {
		return Activation{}, false
	}
	var after time.Duration
	if len(numbers) == 1 {
		n, err := strconv.Atoi(numbers[0][1])
		if err != nil || n > 24*7 {
			return Activation{}, false
		}
		after = time.Duration(n) * time.Hour
	}
	for _, t := range triggers {
		if strings.Contains(low, t.word) {
			return Activation{t.trigger, after}, true
		}
	}
	return Activation{}, false
}

// Words says the rule.
func (a Activation) Words() Text {
	n := int(a.After / time.Hour)
	switch {
	case a.Trigger == "power" && n > 0:
		return text("після %[1]d год без світла", "after %[1]d h without power", n)
	case a.Trigger == "power":
		return text("коли немає світла", "when there is no power")
	case a.Trigger == "alert" && n > 0:
		return text("через %[1]d год після відбою тривоги", "%[1]d h after the all-clear", n)
	case a.Trigger == "alert":
		return text("після відбою тривоги", "after the all-clear")
	case n > 0:
		return text("після %[1]d год повного блекауту", "after %[1]d h of a full blackout", n)
	}
	return text("під час повного блекауту", "during a full blackout")
}

// Reached reports whether power has been out since so long ago that the rule should
// have opened the hub by now. Nobody has seen it: it is no "open".
func (a Activation) Reached(out, now Instant) bool {
	return a.Trigger == "power" && out != 0 && out.Add(a.After) <= now
}

// String is for logs and tests.
func (a Activation) String() string { return fmt.Sprintf("%s+%s", a.Trigger, a.After) }
