package core

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// at reads a moment in UTC.
func at(text string) Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return At(t)
}

// Edges of times that clocks leave out or show twice: in Berlin they are turned at 02:00 and 03:00, in Santiago at midnight, on Lord Howe by half an hour,
// and Apia left out a whole day.
func TestEdgesWhereClocksAreTurnedC17(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rules Rules
		zone  string
		after string // UTC
		want  string // UTC; "": none
	}{
		"an ordinary morning":                      {"mon-fri 09:00-17:00", "Europe/Berlin", "2026-06-08 00:00", "2026-06-08 07:00"},
		"an ordinary evening":                      {"mon-fri 09:00-17:00", "Europe/Berlin", "2026-06-08 07:00", "2026-06-08 15:00"},
		"over the weekend":                         {"mon-fri 09:00-17:00", "Europe/Berlin", "2026-06-05 15:00", "2026-06-08 07:00"},
		"spans that touch have no edge":            {"mon-sun 00:00-24:00; 2026-06-09 09:00-24:00", "UTC", "2026-06-07 12:00", "2026-06-09 00:00"},
		"Berlin: a beginning that is left out":     {"sun 02:30-05:00", "Europe/Berlin", "2026-03-29 00:00", "2026-03-29 01:00"},
		"Berlin: an end that is left out":          {"sun 01:00-02:30", "Europe/Berlin", "2026-03-29 00:30", "2026-03-29 01:00"},
		"Berlin: all that is left out":             {"2026-03-29 02:10-02:50", "Europe/Berlin", "2026-03-28 00:00", ""},
		"Berlin: a beginning that comes twice":     {"sun 02:30-05:00", "Europe/Berlin", "2026-10-25 00:00", "2026-10-25 00:30"},
		"Berlin: an end that comes twice":          {"sun 00:00-02:30", "Europe/Berlin", "2026-10-25 00:00", "2026-10-25 00:30"},
		"Berlin: it does not begin again":          {"2026-10-25 00:00-02:30", "Europe/Berlin", "2026-10-25 00:30", ""},
		"Santiago: midnight is left out":           {"sun 00:00-05:00", "America/Santiago", "2026-09-06 00:00", "2026-09-06 04:00"},
		"Santiago: the last hour comes twice":      {"sat 23:30-24:00", "America/Santiago", "2026-04-05 02:00", "2026-04-05 02:30"},
		"Santiago: and ends with the second":       {"sat 23:30-24:00", "America/Santiago", "2026-04-05 02:30", "2026-04-05 04:00"},
		"Lord Howe: half an hour is left out":      {"sun 02:10-05:00", "Australia/Lord_Howe", "2026-10-03 15:00", "2026-10-03 15:30"},
		"Apia: a day is left out":                  {"2011-12-30 09:00-17:00", "Pacific/Apia", "2011-12-01 00:00", ""},
		"Apia: the night before it ends at once":   {"2011-12-29 22:00-06:00", "Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"},
		"never: there is nothing but always":       {"mon-sun on", "Europe/Berlin", "2026-06-08 00:00", ""},
		"each year, over its turn":                 {"mon-sun on; 12-24..01-02 off", "UTC", "2026-06-01 00:00", "2026-12-24 00:00"},
		"and on again":                             {"mon-sun on; 12-24..01-02 off", "UTC", "2026-12-24 00:00", "2027-01-03 00:00"},
		"a leap day":                               {"02-29 on", "UTC", "2027-06-01 00:00", "2028-02-29 00:00"},
		"weekdays of some dates":                   {"2026-07-01..2026-07-31 sat,sun 10:00-12:00", "UTC", "2026-07-05 12:00", "2026-07-11 10:00"},
		"a night goes on after its day":            {"fri 22:00-02:00", "UTC", "2026-06-12 22:00", "2026-06-13 02:00"},
		"a night goes on into a day that is off":   {"fri 22:00-02:00; 2026-06-13 off", "UTC", "2026-06-12 22:00", "2026-06-13 02:00"},
		"the last that names the day counts alone": {"mon 09:00-17:00; 2026-06-08 12:00-13:00", "UTC", "2026-06-08 00:00", "2026-06-08 12:00"},
	} {
		if err := tt.rules.check("rules"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var want time.Time
		if tt.want != "" {
			want = at(tt.want).Std()
		}
		if got := tt.rules.plan().edge(zoneOf(tt.zone), at(tt.after).Std()); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", name, got.UTC(), want)
		}
	}
}

func TestWhatAreNoRules(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"09:00-17:00", "on", "mon", "mon 9-17", "moon 09:00-17:00", "2026-02-30 on", "2026-12-27..2026-12-24 off", "mon 2026-12-24 on", "13-01 off",
		"2026-12-24 mon tue on", "mon-fri 09:00-17:00; x", "2026-12-24..12-26 off", strings.Repeat("mon on; ", 51), strings.Repeat(" ", 4001),
	} {
		if err := Rules(text).check("own.activation.rules"); KindOf(err) != Invalid {
			t.Errorf("%.40q: got %v, want Invalid", text, err)
		}
	}
	if err := Rules(" mon-fri 09:00-12:30, 13:00-17:00 ;\n12-25..12-26 off;").check(""); err != nil {
		t.Error(err)
	}
}

// The interplay of hands, rules and the threshold (S1.4, S1.8 to S1.10), step by step. Times are minutes of a Monday in UTC, from its beginning.
func TestWhatSetsASwitchC17(t *testing.T) {
	t.Parallel()
	const rules, monday, hour = Rules("mon-fri 09:00-17:00"), "2026-06-08 00:00", 60
	type step struct {
		at   int
		do   string // on, off, use, drop, look, or how many wait then
		on   bool
		by   SwitchBy
		uses bool
	}
	waiting := map[string]int64{"4 wait": 4, "5 wait": 5, "9 wait": 9}
	for name, steps := range map[string][]step{
		"rules set it once when turned on": {{8 * hour, "use", false, ByRule, true}},
		"… and at their edges":             {{8 * hour, "use", false, ByRule, true}, {9 * hour, "look", true, ByRule, true}, {17 * hour, "look", false, ByRule, true}},
		"a hand's on lasts until the next edge that changes it": {
			{8 * hour, "use", false, ByRule, true}, {8*hour + 1, "on", true, ByHand, true}, {8*hour + 30, "look", true, ByHand, true},
			{9 * hour, "look", true, ByHand, true}, {17 * hour, "look", false, ByRule, true}, {18 * hour, "on", true, ByHand, true}, {32 * hour, "look", true, ByHand, true},
		},
		"a hand's off ends the use of rules":      {{10 * hour, "use", true, "", true}, {11 * hour, "off", false, ByHand, false}, {33 * hour, "look", false, ByHand, false}},
		"… until somebody turns it on":            {{10 * hour, "off", false, ByHand, false}, {11 * hour, "use", true, ByRule, true}},
		"ending the use leaves it":                {{8 * hour, "use", false, ByRule, true}, {8 * hour, "drop", false, ByRule, false}, {10 * hour, "look", false, ByRule, false}},
		"a rule's off is none by hand":            {{16 * hour, "use", true, "", true}, {17 * hour, "look", false, ByRule, true}, {33 * hour, "look", true, ByRule, true}},
		"fewer than the threshold":                {{1, "4 wait", true, "", false}},
		"as many":                                 {{1, "5 wait", false, ByThreshold, false}},
		"on again after a minute":                 {{1, "5 wait", false, ByThreshold, false}, {1, "4 wait", false, ByThreshold, false}, {2, "4 wait", true, ByThreshold, false}},
		"not while as many wait":                  {{1, "9 wait", false, ByThreshold, false}, {9, "5 wait", false, ByThreshold, false}, {10, "4 wait", true, ByThreshold, false}},
		"a hand's off meanwhile cancels that":     {{1, "5 wait", false, ByThreshold, false}, {1, "off", false, ByHand, false}, {9, "4 wait", false, ByHand, false}},
		"a hand's off is not switched on":         {{1, "off", false, ByHand, false}, {9, "4 wait", false, ByHand, false}},
		"the threshold does not end rules":        {{10 * hour, "use", true, "", true}, {11 * hour, "5 wait", false, ByThreshold, true}, {12 * hour, "4 wait", true, ByThreshold, true}},
		"a rule's off takes over from it":         {{16 * hour, "use", true, "", true}, {16 * hour, "5 wait", false, ByThreshold, true}, {17 * hour, "look", false, ByRule, true}, {18 * hour, "4 wait", false, ByRule, true}},
		"a rule's on ends it":                     {{8 * hour, "use", false, ByRule, true}, {8 * hour, "on", true, ByHand, true}, {8 * hour, "5 wait", false, ByThreshold, true}, {9 * hour, "look", true, ByRule, true}},
		"many edges missed: what is wanted now":   {{10 * hour, "use", true, "", true}, {10*365*24*hour + 3*24*hour, "look", false, ByRule, true}},
		"a clock set back a day waits":            {{34 * hour, "use", true, "", true}, {10 * hour, "look", true, "", true}, {17 * hour, "look", false, ByRule, true}},
		"a clock set back frees what was crowded": {{34 * hour, "5 wait", false, ByThreshold, false}, {10 * hour, "4 wait", true, ByThreshold, false}},
	} {
		d := Department{Zone: "UTC", Switch: Switch{SwitchedOn: true}}
		for i, s := range steps {
			now := at(monday).Add(time.Duration(s.at) * time.Minute)
			switch s.do {
			case "on", "off":
				d.SwitchByHand(s.do == "on", now)
			case "use", "drop":
				d.UseRules(s.do == "use", rules, now)
			case "look":
				if _, _, next := d.FollowRules(rules, now); d.RuledAt != 0 && next <= now {
					t.Errorf("%s, step %d: looks again at %v", name, i, next)
				}
			default:
				if d.Thin(5, waiting[s.do], now); d.SwitchedOn {
					d.Crowd(5, waiting[s.do], now)
				}
			}
			if d.SwitchedOn != s.on || d.SwitchedBy != s.by || (d.RuledAt != 0) != s.uses {
				t.Errorf("%s, step %d: on %v by %q, rules %v; want %v by %q, rules %v", name, i, d.SwitchedOn, d.SwitchedBy, d.RuledAt != 0, s.on, s.by, s.uses)
			}
		}
	}
}

func TestTheGatesC16C17S5_10S5_27(t *testing.T) {
	t.Parallel()
	on, off := Switch{SwitchedOn: true}, Switch{}
	nine := Hours{Monday: "09:00-17:00", Holidays: "06-15"}
	set := func(a Activation) Settings { return Settings{Hours: nine, Activation: a} }
	for name, tt := range map[string]struct {
		house, own Switch
		set        Settings
		receives   bool
		at         string
		want       []Gate
	}{
		"as shipped":                        {on, on, Shipped, false, "2026-06-08 03:00", nil},
		"switched off":                      {on, off, Shipped, true, "2026-06-08 10:00", []Gate{GateSwitch}},
		"the installation is":               {off, on, Shipped, true, "2026-06-08 10:00", []Gate{GateInstallation}},
		"outside of hours, which are texts": {on, on, set(Activation{}), true, "2026-06-08 08:00", nil},
		"outside of hours":                  {on, on, set(Activation{OutsideHours: true}), true, "2026-06-08 08:00", []Gate{GateHours}},
		"within them":                       {on, on, set(Activation{OutsideHours: true}), true, "2026-06-08 10:00", nil},
		"a holiday":                         {on, on, set(Activation{OutsideHours: true}), true, "2026-06-15 10:00", []Gate{GateHoliday}},
		"nobody receives":                   {on, on, set(Activation{Nobody: true}), false, "2026-06-08 10:00", []Gate{GateReceiving}},
		"somebody does":                     {on, on, set(Activation{Nobody: true}), true, "2026-06-08 10:00", nil},
		"all of them":                       {off, off, set(Activation{Nobody: true, OutsideHours: true}), false, "2026-06-08 08:00", []Gate{GateInstallation, GateSwitch, GateHours, GateReceiving}},
	} {
		got := OpeningOf(tt.house, Department{Zone: "UTC", Switch: tt.own}, tt.set, tt.receives, at(tt.at)).Closed
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
		for _, g := range got {
			if !strings.HasSuffix(g.Words(tt.own), ".") {
				t.Errorf("%s: no sentence for %s", name, g)
			}
		}
	}
}

func TestCountriesC16(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		list    Countries
		country string
		want    bool
	}{
		"no list":                {Countries{}, "DE", true},
		"no list, unknown":       {Countries{RefuseUnknown: true}, "", true},
		"allowed":                {Countries{Mode: "allow", Codes: "DE, AT"}, "AT", true},
		"not allowed":            {Countries{Mode: "allow", Codes: "DE, AT"}, "CH", false},
		"refused":                {Countries{Mode: "refuse", Codes: "DE"}, "DE", false},
		"not refused":            {Countries{Mode: "refuse", Codes: "DE"}, "CH", true},
		"unknown is admitted":    {Countries{Mode: "allow", Codes: "DE"}, "", true},
		"unless it is refused":   {Countries{Mode: "refuse", Codes: "DE", RefuseUnknown: true}, "", false},
		"nobody else is by that": {Countries{Mode: "refuse", Codes: "DE", RefuseUnknown: true}, "CH", true},
		"refused, with no codes": {Countries{Mode: "refuse"}, "CH", true},
	} {
		if got := tt.list.Admit(tt.country); got != tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
		if gates := (Opening{Countries: tt.list}).To(tt.country); (len(gates) == 0) != tt.want {
			t.Errorf("%s: got %v", name, gates)
		}
	}
	for document, field := range map[string]string{
		`{"countries": {"mode": "allow", "codes": "DE, XX"}}`: "own.countries.codes",
		`{"countries": {"mode": "allow", "codes": "de"}}`:     "own.countries.codes",
		`{"countries": {"mode": "allow"}}`:                    "own.countries.codes",
		`{"countries": {"mode": "block"}}`:                    "own.countries.mode",
		`{"activation": {"threshold": -1}}`:                   "own.activation.threshold",
		`{"activation": {"rules": "always"}}`:                 "own.activation.rules",
		`{"hours": {"holidays": "2026-12-27..2026-12-24"}}`:   "own.hours.holidays",
	} {
		if err := Shipped.CheckOver([]byte(document)); KindOf(err) != Invalid || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got %v, want %s", document, err, field)
		}
	}
}
