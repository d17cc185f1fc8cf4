package site

import (
	"encoding/json"

	"example.org/teplo/internal/report"
)

// phoneWords are the texts that the script needs to write cards as the server does; the
// phone loads them when somebody asks what is near.
var phoneWords = []string{
	"near_locating", "near_denied", "near_nofix", "near_outside", "near_failed", "near_found", "near_rough", "near_coarse", "near_asof", "near_none", "near_more",
	"near_until", "near_from", "alert_first", "withheld", "route", "confirmed", "age_unknown", "ago_now", "ago", "m", "km", "minutes_on_foot", "until", "opens",
	"in_town", "in_town_only", "st_open", "st_closed", "st_standby", "st_unknown", "st_disputed", "st_should", "st_shut", "st_closed_for_good", "st_timetable",
	"st_mobile", "go_yes", "go_no", "go_unconfirmed",
}

// phonePlurals are its counted texts.
var phonePlurals = []string{"hubs", "minutes", "hours_n", "days"}

// wordsJSON are the words of one language for the script.
func wordsJSON(c *catalogue) ([]byte, error) {
	keys := phoneWords
	for _, name := range report.AmenityNames {
		keys = append(keys, "a_"+name)
	}
	for _, tier := range report.Tiers {
		keys = append(keys, "tier_"+tier)
	}
	for _, direction := range compass {
		keys = append(keys, "dir_"+direction)
	}
	out := struct {
		Lang    string              `json:"lang"`
		Months  []string            `json:"months"`
		Words   map[string]string   `json:"words"`
		Plurals map[string][]string `json:"plurals"`
	}{c.Lang, c.Months, map[string]string{}, map[string][]string{}}
	for _, key := range keys {
		out.Words[key] = c.t(key)
	}
	for _, key := range phonePlurals {
		out.Plurals[key] = c.Plurals[key]
	}
	return json.Marshal(out)
}
