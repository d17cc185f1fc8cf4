package hours

import "time"

// markKind is what a word or sign of a notice is for.
type markKind uint8

// Kinds of mark: what the words and signs of a notice mean.
const (
	_ markKind = iota
	markClock
	markDays
	markDash
	markTo
	markFrom
	markAnd
	markComma
	markSoft // a colon after days, or the end of their line
	markSlash
	markSeparator
	markClosed
	markRound   // around the clock
	markUnit    // the word hours after a number
	markOpening // "open", "opening hours"
	markLonger  // what only lengthens the hours
	markOther   // not understood
)

// mark is a word, a sign or a time of a notice; days are bits by time.Weekday.
type mark struct {
	kind  markKind
	clock clockMark
	days  uint8
}

const (
	workdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	weekend  = 1<<time.Saturday | 1<<time.Sunday
)

// longestPhrase is in words and signs.
const longestPhrase = 4

// vocabulary has words and phrases, in lower case, without apostrophes, with a space
// between words and signs. A word that may mean two things ("T", "вихідні" before
// times) is not in it.
var vocabulary = makeVocabulary()

func makeVocabulary() map[string]mark {
	v := map[string]mark{}
	kind := func(k markKind, words ...string) {
		for _, w := range words {
			v[w] = mark{kind: k}
		}
	}
	days := func(d uint8, words ...string) {
		for _, w := range words {
			v[w] = mark{kind: markDays, days: d}
		}
	}
	days(1<<time.Monday, "m", "mo", "mon", "monday", "mondays", "пн", "понеділок", "понеділка", "понедельник", "понедельника")
	days(1<<time.Tuesday, "tu", "tue", "tues", "tuesday", "tuesdays", "вт", "вівторок", "вівторка", "вторник", "вторника")
	days(1<<time.Wednesday, "w", "we", "wed", "weds", "wednesday", "wednesdays", "ср", "середа", "середи", "середу", "среда", "среды", "среду")
	days(1<<time.Thursday, "th", "thu", "thur", "thurs", "thursday", "thursdays", "чт", "четвер", "четверга", "четверг")
	days(1<<time.Friday, "f", "fr", "fri", "friday", "fridays", "пт", "пятниця", "пятниці", "пятницю", "пятница", "пятницы", "пятницу")
	days(1<<time.Saturday, "sa", "sat", "saturday", "saturdays", "сб", "субота", "суботи", "суботу", "суббота", "субботы", "субботу")
	days(1<<time.Sunday, "su", "sun", "sunday", "sundays", "нд", "неділя", "неділі", "неділю", "вс", "воскресенье", "воскресенья")
	days(allDays, "щодня", "щоденно", "кожного дня", "кожен день", "без вихідних", "ежедневно", "каждый день",
		"без выходных", "daily", "every day", "everyday", "7 days a week", "seven days a week")
	days(workdays, "будні", "у будні", "в будні", "по буднях", "робочі дні", "у робочі дні", "в робочі дні",
		"будни", "в будни", "по будням", "рабочие дни", "в рабочие дни", "weekdays")
	days(weekend, "weekends")
	kind(markDash, "-", "–", "—", "−", "‑")
	kind(markTo, "to", "till", "til", "until", "through", "до", "по")
	kind(markFrom, "from", "on", "every", "each", "з", "із", "від", "с", "от", "у", "в")
	kind(markAnd, "and", "&", "та", "і", "й", "и")
	kind(markComma, ",")
	kind(markSlash, "/")
	kind(markSeparator, ";")
	kind(markClosed, "closed", "вихідний", "вихідні", "зачинено", "не працює", "выходной", "выходные", "закрыто", "не работает")
	kind(markRound, "24 / 7", "24 hours", "24 hours a day", "24 h", "24 години", "24 години на добу", "24 часа",
		"around the clock", "цілодобово", "цілодобовий", "круглосуточно", "круглосуточный")
	kind(markUnit, "год", "година", "години", "годин", "ч", "час", "часа", "часов", "hrs", "h")
	kind(markOpening, "open", "opening hours", "opening times", "hours", "відкрито", "відчинено", "працює", "працюють",
		"усі пункти працюють", "всі пункти працюють", "пункт працює", "години роботи", "час роботи", "графік роботи",
		"режим роботи", "открыто", "работает", "работают", "время работы", "часы работы", "график работы", "режим работы")
	kind(markLonger, "за потреби довше", "за необхідності довше", "при необходимости дольше", "longer if needed")
	return v
}
