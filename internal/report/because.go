package report

// Reason is why a report has the status it has, in words for people.
type Reason struct {
	Code   string
	TextUK string
	TextEN string
}

// The codes of reasons.
const (
	BecauseBucket  = "waits_for_others"
	BecauseNetwork = "network_limit"
	BecauseStrong  = "needs_confirmation"
)

// Because lists the reasons by code.
var Because = map[string]Reason{
	BecauseBucket: {
		BecauseBucket,
		"Враховано. На карті зʼявиться лише те, що підтвердять кілька незалежних людей.",
		"Counted. The map will show only what several independent people confirm.",
	},
	BecauseNetwork: {
		BecauseNetwork,
		"З вашої мережі вже надійшло багато повідомлень: це перевірить людина.",
		"Many reports came from your network already: a person will check this one.",
	},
	BecauseStrong: {
		BecauseStrong,
		"Враховано. Стан пункту змінює лише його оператор, офіційне джерело, модератор або волонтер.",
		"Counted. Only its operator, an official source, a moderator or a volunteer changes a hub's status.",
	},
}
