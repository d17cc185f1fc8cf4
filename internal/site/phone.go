package site

import (
	"encoding/json"

	"example.org/teplo/internal/report"
)

// phoneWords are the texts that the script needs to write cards as the server does; the
// phone loads them when somebody asks what is near.
var phoneWords = []string{
	"near_locating", "near_denied", "near_nofix", "near_outside", "near_failed", "near_found", "near_rough", "near_coarse", "near_asof", "near_stored", "near_none", "near_more",
	"near_until", "near_from", "alert_first", "withheld", "route", "confirmed", "age_unknown", "ago_now", "ago", "m", "km", "minutes_on_foot", "too_far", "until", "opens",
	"in_town", "in_town_only", "st_open", "st_closed", "st_standby", "st_unknown", "st_disputed", "st_should", "st_shut", "st_closed_for_good", "st_timetable",
	"st_mobile", "go_yes", "go_no", "go_unconfirmed",
}

// storedWords are those of oblasts that a phone keeps, beside the phoneWords.
var storedWords = []string{
	"save_again", "save_kept", "save_remove", "save_loading", "save_progress", "save_failed", "save_wrong", "save_older", "save_nokey", "save_room", "save_key",
	"save_changed", "save_trust", "save_distrust", "stored_banner", "stored_until", "stored_late", "stored_clock", "stored_open", "stored_unsure", "stored_at",
	"stored_week", "stored_oblasts", "stored_age", "stored_nothing", "hubs", "hubs_in", "hubs_near", "outages", "no_outages", "inside", "search_title", "here_open", "here_closed",
	"out_active", "out_announced", "out_possible", "out_widespread",
}

// phonePlurals are its counted texts.
var phonePlurals = []string{"hubs", "minutes", "hours_n", "days"}

// loadWords makes the files of words of one language for the scripts.
func (s *Site) loadWords(c *catalogue) error {
	near, err := wordsJSON(c)
	if err != nil {
		return err
	}
	own := map[string]string{}
	for _, key := range storedWords {
		own[key] = c.t(key)
	}
	for _, service := range report.Services {
		own["service_"+service] = c.t("service_" + service)
	}
	stored, err := json.Marshal(map[string]any{"words": own})
	if err != nil {
		return err
	}
	return firstError(s.addAsset("words."+c.Lang+".json", "application/json", near), s.addAsset("stored."+c.Lang+".json", "application/json", stored))
}

// wordsJSON are the words of one language for the script that finds what is near.
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
