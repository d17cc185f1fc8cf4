package report_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"example.org/teplo/internal/places"
	"example.org/teplo/internal/report"
)

func militaryWords(t testing.TB) *report.MilitaryWords {
	t.Helper()
	w, err := report.LoadMilitaryWords(os.DirFS("../../data"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// militaryRows returns the rows of the file without its header.
func militaryRows(t testing.TB) [][]string {
	t.Helper()
	b, err := os.ReadFile("../../data/military/words.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func wordsOf(t testing.TB, rows ...[]string) *report.MilitaryWords {
	t.Helper()
	text := "pattern,lang,topic\n"
	for _, r := range rows {
		text += strings.Join(r, ",") + "\n"
	}
	w, err := report.LoadMilitaryWords(fstest.MapFS{"military/words.csv": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var refusedNotes = map[string][]string{
	"patrol": {
		"патруль стоїть біля школи", "Обережно, патрулі на Хрещатику", "на розі патрульні", "двоє патрульних зупиняють людей",
		"вулицею ходить патруль", "патрулюють наш квартал", "тут патрули каждую ночь", "патрулируют двор",
		"Patrols on the bridge, go around", "patrol near the hub", "біля метро копи стоять", "п а т р у л ь на площі", "ПАТРУЛЬ!!!",
	},
	"checkpoint": {
		"на виїзді блокпост", "обʼїжджайте блок-пости на трасі", "черга на блокпосту, не проїхати", "бл0кпост за мостом", "блоооокпост", "6локпост",
		"блoкпocт на кільці", "б.л.о.к.п.о.с.т", "блок\u200bпост", "КПП закрили", "к.п.п. не пускає", "блокпосты на въезде", "проверяют машины на мосту",
		"checkpoint before the village", "Check-point at the bridge", "roadblock on M06", "blokpost bilia zapravky", "блакпост",
	},
	"troops": {
		"біля військової частини немає світла", "військова частина поруч", "в/ч А1234", "їде військова техніка", "колона техніки на трасі", "танки на вулиці",
		"склад боєприпасів за селом", "БТР застряг", "нацгвардія стоїть у школі", "тут дислокується 93 бригада", "у школі казарма", "окопи за городом",
		"возле воинской части темно", "военная техника едет", "войска идут через село", "стоят военные", "солдатов привезли в школу", "РСЗО за деревней", "эшелон на станции",
		"troops in the school", "military convoy on the road", "military base next door", "soldiers sleep in the hub", "ammunition depot", "HIMARS by the forest",
	},
	"air_defence": {
		"ППО працює", "п п о працює", "П.П.О.", "п-п-о над нами", "ппппо", "пп0", "ПВО сбивает", "п_в_о рядом", "Patriot на полі", "стоїть «Патріот»",
		"IRIS-T за лісом", "айріс стоїть", "С-300 у посадці", "c300", "S-400 here", "зенітка на даху", "радар на пагорбі", "РЕБ глушить звʼязок", "мобільна вогнева група",
		"збили ціль над селом", "air defence in the park", "air-defense near us", "працює P P O",
	},
	"strike": {
		"після прильоту немає світла", "приліт у сусідній будинок", "був прилiт", "ПРИЛІТ", "прилетіло у ТЕЦ", "влучило в підстанцію", "КАБ упал за домом", "куди влучило?", "після влучання немає води",
		"пряме попадання в дім", "ракета впала на школу", "шахед над будинком", "шахіди летять", "д р о н впав", "дрони", "БпЛА над містом", "після обстрілу немає газу",
		"вибухи в районі вокзалу", "горить підстанція", "уламки впали на дах", "после прилёта нет света", "прилетело во двор", "обстреляли, после обстрела нет воды",
		"ракетный удар", "попадание в котельную", "взрывы рядом", "беспилотник упал", "after the strike no power", "drone hit the substation", "our house was hit", "missiles tonight",
		"shelling all night", "explosions near us", "Рaкeтa", "prylit bilia budynku",
	},
	"draft_office": {
		"ТЦК біля метро", "Т.Ц.К. ходить", "т ц к на ринку", "із т ц к і поліцією", "тцкашники у дворі", "військкомат зачинено", "ВІЙСЬККОМАТ", "у воєнкоматі тепло", "роздають повістки",
		"вручають повістку", "бусифікація на Садовій", "людолови", "облава на ринку", "военкомат рядом", "повестки раздают", "бусификация",
		"ловят мужчин у рынка", "draft office in the building", "TCC near the hub", "they give draft notices", "тэцэка в автобусе",
	},
}

// TestMilitaryRefused: notes in three languages, plain and disguised.
func TestMilitaryRefused(t *testing.T) {
	w := militaryWords(t)
	for _, topic := range report.MilitaryTopics {
		for _, note := range refusedNotes[topic] {
			if got, word, found := w.Find(note); !found || got != topic {
				t.Errorf("%q: got %q for %q, want %s", note, got, word, topic)
			}
		}
	}
}

var acceptedNotes = []string{
	"", " ", "...", "немає світла з 8 ранку", "у підʼїзді холодно, бабуся 82 роки", "немає військового квитка", "потрібен генератор", "черга до школи", "вода тече",
	"швидка не приїхала", "інсулін закінчується", "Немає світла, 5 поверх, ліфт стоїть", "по вулиці Шевченка темно", "світло по графіку, але не вмикають", "3 дні без води",
	"батареї ледь теплі, +12 у квартирі", "дитина 3 місяці, потрібне тепло", "кисневий концентратор, акумулятора на 2 години", "потрібні окопні свічки та ковдри",
	"під час тривоги пункт зачинено", "укриття у підвалі, є тепло", "бомбосховище відчинене, є чай", "комендантська година, не можу вийти", "патрульна поліція допомогла бабусі",
	"аварійна бригада вже працює", "бригада Обленерго була вчора", "сміттєвий полігон не вивозять", "гуманітарний штаб роздає воду", "оперативний штаб міста: гаряча лінія мовчить",
	"панічна атака, потрібен лікар", "вирвало кран, тече вода", "попала вода в щиток", "попадання води у підвал", "згорів трансформатор", "горить лише одна лампочка", "удар струмом, дитина",
	"чоловік у ЗСУ, я сама з трьома дітьми", "дружина військового, двоє дітей, холодно", "мати загиблого солдата, 76 років, сама", "військовий облік не питають", "чоловіка мобілізували, немає дров",
	"бус з гуманітаркою не приїхав", "швидка прилетіла за пʼять хвилин", "дочка прилетіла з Польщі, ключів немає", "відро під дах, іде град", "15 градусів у кімнаті", "влучний прогноз, дякую",
	"кабель відгорів", "кабінет 5, є розетки", "школа, каб. 12, є розетки", "каблучку загубила в пункті", "касети з фільтром для води", "репетитор у школі", "ребята без света", "рибу не привезли", "блок живлення згорів",
	"блок постійно вимикається", "у блоці 4 немає опалення", "постіль потрібна", "свічковий віск закінчився", "тютюн і папір", "рана на нозі, перевʼязка", "є чай і каша, пускають з котом",
	"вул. Нова, буд. 5, кв. 3", "м. Суми, п. 2, кв. 7", "я і він у квартирі", "о 8 в школі", "з 22 до 6 світла нема", "на вході перевіряють документи", "пункт біля вул. Гарматної",
	"вул. Артилерійська, 12, немає води", "вул. Ракитна, 3", "с. Танкове, немає світла", "Дронівка без світла", "патріотичний клуб дає чай", "бусик з хлібом о 9", "тцю адресу не знайшли",
	"нет света с утра", "в подъезде холодно, бабушка 80 лет", "нужен инсулин", "бабушка попала в больницу", "бомбоубежище закрыто", "воды нет третий день", "скорая не приехала",
	"отопление еле теплое", "нужны памперсы и вода", "муж в армии, трое детей", "по графику свет должен быть", "пропал интернет и связь", "реб. 3 года, холодно", "после аварии на сети нет света", "лекарства закончились",
	"комендантский час, не дойти", "очередь в пункт обогрева", "дым из щитка, вызвали пожарных", "no power since 8 am", "the house is cold, two kids", "water tank is empty", "need a generator",
	"insulin runs out tonight", "the bomb shelter is open and warm", "air raid alert, hub closed", "oxygen concentrator, battery for 2 hours", "the heating is off", "no military document needed",
	"elevator stuck", "queue at the school", "pipes burst", "charging works, tea too", "school 12 has wifi", "no light в квартирі", "Help, бабуся сама", "бензину нет, генератор стоит",
	"п. 5 по вул. Київській", "😀 дякую, тепло", "C 8 до 12 немає світла", "TV не працює, тиск у воді слабкий", "СТО гріє людей", "дров 6 т, р-н Сумський", "ПТО школи", "ТОВ Тепло",
}

func TestMilitaryAccepted(t *testing.T) {
	w := militaryWords(t)
	for _, note := range acceptedNotes {
		if topic, word, found := w.Find(note); found {
			t.Errorf("%q is refused: %s, %q", note, topic, word)
		}
	}
}

// TestMilitaryKnownErrors writes down what the words cannot tell apart: harmless
// notes that are refused, and hidden ones that pass and are left to moderators.
func TestMilitaryKnownErrors(t *testing.T) {
	w := militaryWords(t)
	for _, note := range []string{
		"магазин «Ракета» відчинений", "тенісна ракетка", "rocket stove needed", "клуб «Патріот» гріє", "с. Окопи, немає світла", "вул. Танкова, 5", "повістка до суду прийшла", "після удару струмом",
		"після вибуху газу", "с 300 жителями без воды", "кафе «Гепард»", "куди попало в щитку тягнуть дроти", "hit by a car", "police patrol helped", "радар-детектор", "ТСС", "ППО школи (профспілка)", "черговий Петренко П. П. о 8 ранку", "прилетіло сповіщення про світло",
	} {
		if _, _, found := w.Find(note); !found {
			t.Errorf("%q is no false alarm any more: strike it off", note)
		}
	}
	for _, note := range []string{"бло кпост", "бл*кпост", "тц к", "в о е н н а я ч а с т ь", "бoлкпост", "стоять на мосту, перевіряють", "там, де вчора бахнуло"} {
		if topic, word, found := w.Find(note); found {
			t.Errorf("%q is found now (%s, %q): strike it off", note, topic, word)
		}
	}
}

// TestMilitaryPlaceNames: nobody lives in a village whose name cannot be written.
func TestMilitaryPlaceNames(t *testing.T) {
	w := militaryWords(t)
	areas, err := places.LoadBundled(os.DirFS("../../data"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, a := range areas {
		for _, name := range append([]string{a.NameUK, a.NameEN}, a.Aliases...) {
			n++
			if topic, word, found := w.Find(name); found && name != "Окопи" {
				t.Errorf("%s %s is refused: %s, %q", a.Code, name, topic, word)
			}
		}
	}
	if n < 60_000 {
		t.Errorf("got %d names, want 60,000 and more", n)
	}
}

// TestMilitaryRows: every row finds its own example, with its topic, and no row is
// there in vain: without it the example passes.
func TestMilitaryRows(t *testing.T) {
	rows, all, langs := militaryRows(t), militaryWords(t), map[string]int{}
	alone := make([]*report.MilitaryWords, len(rows))
	for i := range rows {
		alone[i] = wordsOf(t, rows[i])
	}
	for i, r := range rows {
		langs[r[1]]++
		example := strings.ReplaceAll(r[0], "*", "")
		if topic, _, found := alone[i].Find("тут " + example + " є"); !found || topic != r[2] {
			t.Errorf("%q does not find its example", r[0])
		}
		if topic, word, _ := all.Find(example); topic != r[2] {
			t.Errorf("%q: got %q for %q, want %s", example, topic, word, r[2])
		}
		for j, other := range rows {
			if _, word, found := alone[j].Find(example); found && j != i {
				t.Errorf("%q is not needed: %q finds %q", r[0], other[0], word)
			}
		}
	}
	if len(rows) < 120 || langs["uk"] < 40 || langs["ru"] < 40 || langs["en"] < 40 {
		t.Errorf("got %d rows, %v, want 120 and 40 of each language", len(rows), langs)
	}
}

// disguises hide a word of one piece from a careless reader, not from Find.
var disguises = map[string]func(string) string{
	"capitals":   strings.ToUpper,
	"look-alike": strings.NewReplacer("а", "a", "в", "B", "с", "c", "е", "e", "і", "i", "о", "o", "р", "p", "у", "y", "х", "x", "т", "T", "к", "K", "м", "M", "н", "H").Replace,
	"digits":     strings.NewReplacer("о", "0", "і", "1", "з", "3", "б", "6", "ч", "4").Replace,
	"spelled":    func(s string) string { return strings.Join(strings.Split(s, ""), " ") },
	"dots":       func(s string) string { return strings.Join(strings.Split(s, ""), ".") },
	"dashes":     func(s string) string { return strings.Join(strings.Split(s, ""), "–_") },
	"an l":       strings.NewReplacer("і", "l").Replace,
	"zero width": func(s string) string { return afterTwo(s, "\u200d\u00ad") },
	"accent":     func(s string) string { return afterTwo(s, "\u0301") },
	"apostrophe": func(s string) string { return afterTwo(s, "’") },
	"quotes":     func(s string) string { return "«" + s + "»!" },
	"more":       func(s string) string { return regexp.MustCompile(`[^ьʼ]`).ReplaceAllString(s, "$0$0") },
}

// afterTwo puts something after two letters, so that no letter stands alone.
func afterTwo(s, in string) string {
	r := []rune(s)
	return string(r[:2]) + in + string(r[2:])
}

// TestMilitaryDisguises hides the example of every row of one word without numbers.
func TestMilitaryDisguises(t *testing.T) {
	w := militaryWords(t)
	for _, r := range militaryRows(t) {
		example := strings.ReplaceAll(r[0], "*", "")
		if strings.ContainsAny(example, " 0123456789") {
			continue
		}
		for name, hide := range disguises {
			note := "вдома холодно, " + hide(example) + " там, приходьте"
			if topic, word, _ := w.Find(note); topic != r[2] {
				t.Errorf("%s: %q: got %q for %q, want %s", name, note, topic, word, r[2])
			}
		}
	}
}

// naiveFind is Find by regular expressions, for notes of small Cyrillic letters that
// no folding changes.
func naiveFind(rows [][]string, note string) (topic, word string) {
	words := strings.Fields(note)
	for i := range words {
		run := ""
		for _, s := range words[i:] {
			if utf8.RuneCountInString(s) != 1 {
				break
			}
			run += s
		}
		tail := strings.Join(words[i:], " ") + " "
		for _, r := range rows {
			if m := regexp.MustCompile(`^(?:` + expression(r[0], `[^ ]*`) + `) `).FindString(tail); m != "" {
				return r[2], strings.TrimSuffix(m, " ")
			}
			if m := regexp.MustCompile(`^` + expression(r[0], ``)).FindString(run); m != "" && !strings.Contains(r[0], " ") {
				return r[2], m
			}
		}
	}
	return "", ""
}

// expression lets the last of equal letters of a pattern be there once or more.
func expression(pattern, star string) string {
	var b strings.Builder
	runes := []rune(pattern)
	for i, r := range runes {
		b.WriteString(map[bool]string{true: star, false: string(r)}[r == '*'])
		if r != '*' && r != ' ' && (i+1 == len(runes) || runes[i+1] != r) {
			b.WriteByte('+')
		}
	}
	return b.String()
}

func TestMilitaryAgainstOracle(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 7))
	draw := func(alphabet string, n int) string {
		out, runes := "", []rune(alphabet)
		for range n {
			out += string(runes[r.IntN(len(runes))])
		}
		return out
	}
	hits := 0
	for range 3000 {
		var rows [][]string
		for i := range 1 + r.IntN(4) {
			pattern := draw("по", 3) + draw(" *", r.IntN(2))
			if strings.HasSuffix(pattern, " ") {
				pattern += draw("пот", 1+r.IntN(2))
			}
			rows = append(rows, []string{pattern, "uk", report.MilitaryTopics[i]})
		}
		note := draw("ппоот  ", 20+r.IntN(30))
		topic, word, found := wordsOf(t, rows...).Find(note)
		wantTopic, want := naiveFind(rows, note)
		if topic != wantTopic || word != want || found != (want != "") {
			t.Fatalf("seed %d: %v in %q: got %s %q, want %s %q", seed, rows, note, topic, word, wantTopic, want)
		}
		if found {
			hits++
		}
	}
	if hits < 500 || hits > 2800 {
		t.Errorf("seed %d: %d of 3000 notes are refused: the sample says little", seed, hits)
	}
}

func TestLoadMilitaryWordsRefuses(t *testing.T) {
	head := "pattern,lang,topic\n"
	for text, want := range map[string]string{
		"": "header", "word,lang,topic\n": "header", head + "ппо,uk\n": "wrong number of fields", head + "ппо,pl,air_defence\n": "row 2: \"pl\"",
		head + "ппо,uk,weather\n": "\"weather\"", head + "дрони,uk,strike\nпо,uk,strike\n": "row 3: pattern \"по\"", head + ",uk,strike\n": "needs two words",
		head + "*приліт,uk,strike\n": "not a word", head + "с-300,uk,air_defence\n": "not a word", head + "блок *,uk,checkpoint\n": "not a word", head + "ь’,uk,strike\n": "not a word",
	} {
		_, err := report.LoadMilitaryWords(fstest.MapFS{"military/words.csv": {Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "report: ") {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	if _, err := report.LoadMilitaryWords(fstest.MapFS{}); err == nil {
		t.Error("no file is no error")
	}
}

// TestMilitaryReason: every topic has its own reason in both languages, and the
// example that it gives may be written.
func TestMilitaryReason(t *testing.T) {
	w, seen := militaryWords(t), map[report.Text]bool{}
	for _, topic := range append(slices.Clone(report.MilitaryTopics), "") {
		reason := report.MilitaryReason(topic)
		if seen[reason] {
			t.Errorf("%q has the reason of another topic", topic)
		}
		seen[reason] = true
		for text, quotes := range map[string]string{reason.UK: "«»", reason.EN: "“”"} {
			from, to, _ := strings.Cut(quotes, string([]rune(quotes)[1]))
			_, rest, opened := strings.Cut(text, from)
			example, _, closed := strings.Cut(rest, string([]rune(quotes)[1])+to)
			if _, word, found := w.Find(example); !opened || !closed || example == "" || found {
				t.Errorf("%q: example %q of %q, found %q", topic, example, text, word)
			}
			if n := utf8.RuneCountInString(text); n > 280 {
				t.Errorf("%q: the reason has %d letters, more than 280", topic, n)
			}
		}
	}
}

func FuzzFindMilitary(f *testing.F) {
	w := militaryWords(f)
	for _, notes := range [][]string{acceptedNotes, refusedNotes["strike"], refusedNotes["air_defence"], {"\xff\xfeппо", "п\u0306 İ ’ ь ь", "3с0 ﬁ Ⅷ"}} {
		for _, note := range notes {
			f.Add(note)
		}
	}
	f.Fuzz(func(t *testing.T, note string) {
		topic, word, found := w.Find(note)
		if found != slices.Contains(report.MilitaryTopics, topic) || found != (word != "") {
			t.Fatalf("%q: got %q, %q, %v", note, topic, word, found)
		}
		// Fold joins what dots and quotes part; else it takes nothing away from Find.
		folded := places.Fold(strings.NewReplacer(".", " ", "\"", " ", "«", " ", "»", " ").Replace(note))
		same := map[string]string{
			"a word before": "тепло " + note, "a word after": note + " тепло", "found words alone": word,
			"folded": folded, "folded twice": places.Fold(folded),
		}
		for name, s := range same {
			if gotTopic, got, _ := w.Find(s); gotTopic != topic || got != word {
				t.Errorf("%s: %q gives %s %q, %q gives %s %q", name, s, gotTopic, got, note, topic, word)
			}
		}
	})
}

func BenchmarkFindMilitary(b *testing.B) {
	w := militaryWords(b)
	for _, n := range []int{1, 10, 100} {
		note := strings.Repeat("у підʼїзді холодно, бабуся 82 роки, немає світла з 8 ранку, п п а т р ц ", n)
		b.Run(fmt.Sprint(len(note)), func(b *testing.B) {
			b.SetBytes(int64(len(note)))
			for b.Loop() {
				if _, word, found := w.Find(note); found {
					b.Fatal(word)
				}
			}
		})
	}
}
