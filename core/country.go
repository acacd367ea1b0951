package core

import (
	"slices"
	"strings"
)

// Countries say from where customers of sites may begin sessions (FEATURES C16).
type Countries struct {
	Mode          string `json:"mode" enum:",allow,refuse" doc:"allow: only those; refuse: all but those; empty: all"`
	Codes         string `json:"codes" doc:"ISO 3166-1 codes of two letters, such as DE, AT, CH"`
	RefuseUnknown bool   `json:"refuse_unknown" doc:"also refuse those of whom it is not known where they are"`
}

const (
	allowCountries  = "allow"
	refuseCountries = "refuse"
)

func (c Countries) check(path string) error {
	if c.Mode != "" && c.Mode != allowCountries && c.Mode != refuseCountries {
		return invalid(path+".mode", "must be allow, refuse or empty")
	}
	if c.Mode == allowCountries && len(list(c.Codes)) == 0 {
		return invalid(path+".codes", "is empty: nobody could write")
	}
	for _, code := range list(c.Codes) {
		if !IsCountry(code) {
			return invalid(path+".codes", "must be ISO codes of countries, such as DE, AT, CH")
		}
	}
	return nil
}

// Admit tells whether somebody from that country may begin; "" is not known.
func (c Countries) Admit(country string) bool {
	switch {
	case c.Mode == "":
		return true
	case country == "":
		return !c.RefuseUnknown
	}
	return slices.Contains(list(c.Codes), country) == (c.Mode == allowCountries)
}

// IsCountry tells whether it is a code of ISO 3166-1 alpha-2.
func IsCountry(code string) bool {
	return slices.Contains(strings.Fields(countries), code)
}

// The officially assigned codes (https://www.iso.org/obp/ui/#search/code).
const countries = `
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO
CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR
HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN
MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD
SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
YT ZA ZM ZW`
