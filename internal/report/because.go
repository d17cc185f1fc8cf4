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
	BecauseQueue   = "waits_for_moderator"
	BecauseAid     = "seen_by_aid"

	BecauseModerator = "moderator_rejected"
	BecauseReverted  = "reverted"
	BecauseFull      = "queue_full"
)

// Because lists the reasons by code.
var Because = map[string]Reason{
	BecauseQueue: {
		BecauseQueue,
		"Це перевірить модератор. До того воно ніде не показано.",
		"A moderator will check this. Until then it is shown nowhere.",
	},
	BecauseAid: {
		BecauseAid,
		"Потребу бачать лише модератори і групи допомоги у вашій місцевості.",
		"Only moderators and aid groups of your area see this need.",
	},
	BecauseModerator: {
		BecauseModerator,
		"Модератор відхилив це повідомлення.",
		"A moderator rejected this report.",
	},
	BecauseReverted: {
		BecauseReverted,
		"Скасовано разом з усім, що зробив цей ключ доступу.",
		"Undone together with all that this access key did.",
	},
	BecauseFull: {
		BecauseFull,
		"Черга модераторів переповнена. Якщо це досі так, надішліть ще раз пізніше.",
		"The moderators' queue is full. If it is still so, send it again later.",
	},
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
