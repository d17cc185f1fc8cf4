// Package places knows administrative areas and settlements: their codes, names,
// where they are, and which one a point lies in. A [Book] is immutable and safe
// for concurrent use.
//
// Codes are KATOTTG (Ministry of Communities and Territories Development, order
// 290 of 26 November 2020): "UA", 2 digits of the oblast, 2 of the raion, 3 of the
// hromada, 3 of the settlement, 2 of the district, 5 of a serial number. OCHA's
// p-codes are their prefixes of 4, 6, 9 and 12 characters. The oblast's number is
// not that of ISO 3166-2 for five oblasts.
package places

import (
	"fmt"
	"strings"
)

// Level is the level of an area.
type Level string

// The levels, from the coarsest.
const (
	LevelOblast     Level = "oblast"
	LevelRaion      Level = "raion"
	LevelHromada    Level = "hromada"
	LevelSettlement Level = "settlement"
	LevelDistrict   Level = "district"
)

const (
	codeLen   = 19
	serialLen = 5
)

// Serial returns the serial number at the end of a full code, "" of a p-code. It is
// the object's own: the register gives no other object the same (order 290; a test
// looks at all 31,748).
func Serial(code string) string {
	if len(code) != codeLen {
		return ""
	}
	return code[codeLen-serialLen:]
}

// ParseCode returns a full KATOTTG code or a p-code in upper case, blanks around
// it dropped; Cyrillic letters that look like UA are taken for them.
func ParseCode(s string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(s))
	if rest, ok := strings.CutPrefix(code, "UА"); ok { // Cyrillic А
		code = "UA" + rest
	}
	switch len(code) {
	case 4, 6, 9, 12, codeLen:
	default:
		return "", fmt.Errorf("%.40q is not a KATOTTG code (19 characters) or p-code (4, 6, 9, 12)", s)
	}
	if !strings.HasPrefix(code, "UA") || strings.Trim(code[2:], "0123456789") != "" {
		return "", fmt.Errorf("%.40q is not UA and digits", s)
	}
	return code, nil
}

// ADM1 returns the p-code of the oblast of a code, or "" when it has none.
func ADM1(code string) string { return pcode(code, 2, 4) }

// ADM2 returns the p-code of the raion, or "" when the code is coarser.
func ADM2(code string) string { return pcode(code, 4, 6) }

// ADM3 returns the p-code of the hromada, or "" when the code is coarser.
func ADM3(code string) string { return pcode(code, 6, 9) }

func pcode(code string, from, to int) string {
	if len(code) < to || strings.Trim(code[from:to], "0") == "" {
		return ""
	}
	return code[:to]
}

// LevelOf returns the level of the register's category letter: O oblast, K city
// with special status (an oblast by code), P raion, H hromada, M X C settlement,
// B city district. An unknown letter gives "".
func LevelOf(category string) Level {
	switch category {
	case "O", "K":
		return LevelOblast
	case "P":
		return LevelRaion
	case "H":
		return LevelHromada
	case "M", "X", "C":
		return LevelSettlement
	case "B":
		return LevelDistrict
	default:
		return ""
	}
}

// LevelOfCode returns the level that the code's digits show.
func LevelOfCode(code string) Level {
	has := func(from, to int) bool {
		return len(code) >= to && strings.Trim(code[from:to], "0") != ""
	}
	switch {
	case has(12, 14):
		return LevelDistrict
	case has(9, 12):
		return LevelSettlement
	case has(6, 9):
		return LevelHromada
	case has(4, 6):
		return LevelRaion
	default:
		return LevelOblast
	}
}

// Prefix returns the part of a KATOTTG code or p-code that everything in its area
// begins with: 4, 6, 9, 12 or, of a city district, 14 characters. Empty levels at
// the end mean the coarser area, so that of UA8000 it is UA80.
func Prefix(code string) string {
	end := min(len(code), 14)
	for _, n := range []int{4, 6, 9, 12} {
		if n <= end && strings.Trim(code[n:end], "0") == "" {
			return code[:n]
		}
	}
	return code[:end]
}
