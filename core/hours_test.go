package core

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhenADepartmentWorks(t *testing.T) {
	t.Parallel()
	week := Hours{Monday: "09:00-12:30, 13:00-17:00", Friday: "22:00-02:00", Sunday: "00:00-24:00", Holidays: "2026-12-25, 2026-06-01"}
	for name, tt := range map[string]struct {
		hours Hours
		at    string // by the clocks of Berlin
		want  bool
	}{
		"nobody has set any":                         {Hours{}, "2026-06-08 03:00", true},
		"… but for holidays":                         {Hours{Holidays: "2026-06-08"}, "2026-06-08 03:00", false},
		"before the beginning":                       {week, "2026-06-08 08:59", false},
		"at the beginning":                           {week, "2026-06-08 09:00", true},
		"at noon":                                    {week, "2026-06-08 12:30", false},
		"after it":                                   {week, "2026-06-08 13:00", true},
		"in the last minute":                         {week, "2026-06-08 16:59", true},
		"at the end":                                 {week, "2026-06-08 17:00", false},
		"on a day without any":                       {week, "2026-06-09 10:00", false},
		"late on Friday":                             {week, "2026-06-12 23:00", true},
		"and after midnight":                         {week, "2026-06-13 01:59", true},
		"and not for longer":                         {week, "2026-06-13 02:00", false},
		"all of Sunday":                              {week, "2026-06-14 23:59", true},
		"a holiday":                                  {week, "2026-06-01 10:00", false},
		"the night after a holiday":                  {week, "2026-12-26 01:00", false},
		"the hour that is left out in spring":        {Hours{Sunday: "02:00-03:00"}, "2026-03-29 03:30", false},
		"work begins at nine on the day of a change": {Hours{Sunday: "09:00-17:00"}, "2026-03-29 09:00", true},
		"and in autumn":                              {Hours{Sunday: "09:00-17:00"}, "2026-10-25 08:59", false},
		"all day is all of a day of twenty-five hours": {Hours{Sunday: "00:00-24:00"}, "2026-10-25 23:59", true},
	} {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.hours.Open("Europe/Berlin", At(at)); got != tt.want {
			t.Errorf("%s: open is %v, want %v", name, got, tt.want)
		}
	}
}

func TestSinceWhenADepartmentWorks(t *testing.T) {
	t.Parallel()
	week := Hours{Monday: "13:00-17:00, 09:00-12:30", Friday: "22:00-02:00", Sunday: "00:00-24:00", Holidays: "2026-12-25"}
	night := Hours{Thursday: "20:00-24:00", Friday: "00:00-06:00"}
	all := Hours{Monday: "00:00-24:00", Tuesday: "00:00-24:00", Wednesday: "00:00-24:00", Thursday: "00:00-24:00", Friday: "00:00-24:00", Saturday: "00:00-24:00", Sunday: "00:00-24:00"}
	for name, tt := range map[string]struct {
		hours    Hours
		at, want string // by the clocks of Berlin; "": zero
	}{
		"nobody has set any":                          {Hours{}, "2026-06-08 03:00", ""},
		"day and night":                               {all, "2026-06-08 03:00", ""},
		"in the morning":                              {week, "2026-06-08 10:00", "2026-06-08 09:00"},
		"at the beginning":                            {week, "2026-06-08 09:00", "2026-06-08 09:00"},
		"in the afternoon":                            {week, "2026-06-08 13:30", "2026-06-08 13:00"},
		"at noon: in half an hour":                    {week, "2026-06-08 12:30", "2026-06-08 13:00"},
		"after work: on Friday":                       {week, "2026-06-08 17:00", "2026-06-12 22:00"},
		"after midnight: since Friday":                {week, "2026-06-13 01:00", "2026-06-12 22:00"},
		"two spans that meet are one":                 {night, "2026-06-12 03:00", "2026-06-11 20:00"},
		"on a holiday: the next day that works":       {week, "2026-12-25 23:00", "2026-12-27 00:00"},
		"since a holiday":                             {Hours{Holidays: "2026-12-25"}, "2026-12-26 10:00", "2026-12-26 00:00"},
		"on a holiday of who works always":            {Hours{Holidays: "2026-12-25, 2026-12-26"}, "2026-12-25 10:00", "2026-12-27 00:00"},
		"work that the hour in spring is left out of": {Hours{Sunday: "02:00-05:00"}, "2026-03-29 04:00", "2026-03-29 03:00"},
	} {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		berlins := func(text string) Time {
			at, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
			if text == "" || err != nil {
				return 0
			}
			return At(at)
		}
		if got := tt.hours.Since("Europe/Berlin", berlins(tt.at)); got != berlins(tt.want) {
			t.Errorf("%s: got %v, want %q", name, got.Std().In(berlin), tt.want)
		}
	}
	now := Time(1_000_000_000_000_000)
	never := Hours{Monday: "09:00-10:00", Holidays: "2001-09-10"}
	for day := range 60 {
		never.Holidays += ", " + At(time.Date(2001, 9, 10+7*day, 0, 0, 0, 0, time.UTC)).Std().Format(time.DateOnly)
	}
	if got := never.Since("UTC", now); got.Sub(now) != MaxSeconds.Time() {
		t.Errorf("of who never works again: got %v from now", got.Sub(now))
	}
}

func TestWhatAreNoHours(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		hours Hours
		field string
	}{
		"a word":                     {Hours{Monday: "always"}, "h.monday"},
		"an hour alone":              {Hours{Tuesday: "9-17"}, "h.tuesday"},
		"one digit":                  {Hours{Tuesday: "9:00-17:00"}, "h.tuesday"},
		"past midnight":              {Hours{Sunday: "09:00-24:30"}, "h.sunday"},
		"beginning at the end":       {Hours{Sunday: "24:00-03:00"}, "h.sunday"},
		"nothing after a comma":      {Hours{Friday: "09:00-10:00,"}, "h.friday"},
		"too many":                   {Hours{Friday: strings.Repeat("09:00-10:00,", 40)}, "h.friday"},
		"a date that is not":         {Hours{Holidays: "2026-02-30"}, "h.holidays"},
		"a very long message":        {Hours{Message: strings.Repeat("x", 2001)}, "h.message"},
		"a message that is no text":  {Hours{Message: "\x00"}, "h.message"},
		"nothing is wrong with this": {Hours{Monday: " 00:00 - 24:00 ", Holidays: "2026-12-25", Message: "We are back soon.", AutoReply: true}, ""},
	} {
		err := tt.hours.check("h")
		if tt.field == "" && err != nil || tt.field != "" && (KindOf(err) != Invalid || !strings.Contains(err.Error(), tt.field)) {
			t.Errorf("%s: got %v, want %q", name, err, tt.field)
		}
	}
}

// A span that says nothing else covers as many minutes of a week as it says.
func TestHoursCoverWhatTheySay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(0, oneDay-1).Draw(t, "from"), rapid.IntRange(0, oneDay-1).Draw(t, "to")
		write := func(m int) string { return time.Date(2026, 1, 1, m/60, m%60, 0, 0, time.UTC).Format("15:04") }
		h := Hours{Wednesday: write(from) + "-" + write(to)}
		open := 0
		for m := range 7 * oneDay {
			if h.Open("UTC", At(time.Date(2026, 6, 1, 0, m, 0, 0, time.UTC))) {
				open++
			}
		}
		if want := (to-from+oneDay-1)%oneDay + 1; open != want {
			t.Errorf("%s: open for %d minutes, want %d", h.Wednesday, open, want)
		}
	})
}
