package core

import (
	"errors"
	"strings"
	"testing"
)

func TestWhatADocumentOfSettingsSaysGoesBeforeWhatIsShipped(t *testing.T) {
	t.Parallel()
	all := Shipped.Over([]byte(`{"auto_close": {"site": 600, "messenger": 86400}}`))
	own := all.Over([]byte(`{"auto_close": {"messenger": 0}}`))
	if off := Shipped.Over([]byte(`{"hand_off": {"absence": {"on": false}}}`)).HandOff.Absence; off != (Timeout{Seconds: 120}) {
		t.Errorf("switched off: got %+v, want its length kept", off)
	}
	if want := (AutoClose{Site: 600, Messenger: 0, Warning: 300}); own.AutoClose != want {
		t.Errorf("got %+v, want %+v", own.AutoClose, want)
	}
	for name, document := range map[string]string{
		"nothing": "", "no JSON": "{", "a wrong type": `{"auto_close": {"site": "long"}}`, "below zero": `{"auto_close": {"site": -1}}`,
	} {
		if got := all.Over([]byte(document)); got != all {
			t.Errorf("%s: got %+v, want what was there", name, got)
		}
	}
	if got := all.Over([]byte(`{"of_a_newer_program": 1, "auto_close": {"site": 60}}`)).AutoClose.Site; got != 60 {
		t.Errorf("beside what a newer program has set: got %d, want 60", got)
	}
}

func TestADocumentIsRefusedWithThePathOfWhatIsWrong(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{}`:                                                      "",
		`{"auto_close": {"site": 60}}`:                            "",
		`{"auto_close": {"site": -1}}`:                            "own.auto_close.site",
		`{"auto_close": {"warning": 1e9}}`:                        "own.auto_close.warning",
		`{"auto_close": {"site": 31536001}}`:                      "own.auto_close.site",
		`{"auto_close": {"site": "30m"}}`:                         "own.auto_close.site",
		`{"auto_close": {"site": 1.5}}`:                           "own.auto_close.site",
		`{"auto_close": 5}`:                                       "own.auto_close",
		`{"auto_clos": {}}`:                                       "own",
		`{"hours": {"auto_reply": true}}`:                         "own.hours.message",
		`{"distribution": {"strategy": "x"}}`:                     "own.distribution.strategy",
		`{"distribution": {"ceiling": 1001}}`:                     "own.distribution.ceiling",
		`{"distribution": {"ceiling": 0}}`:                        "",
		`{"queue": {"show": "before"}}`:                           "",
		`{"queue": {"messengers": true}}`:                         "",
		`{"bot": {"agent": "agt_25", "seconds": 5, "words": ""}}`: "",
		`{"accounts": {"web": true}}`:                             "",
		`{"accounts": {"web": 1}}`:                                "own.accounts.web",
		`{"accounts": {"messenger": true}}`:                       "own",
		`{"bot": {"seconds": 4}}`:                                 "own.bot.seconds",
		`{"bot": {"seconds": 601}}`:                               "own.bot.seconds",
		`{"bot": {"agent": "dep_1"}}`:                             "own",
		`{"bot": {"words": ["human"]}}`:                           "own.bot.words",
		`{"queue": {"show": ""}}`:                                 "own.queue.show",
		`{} {}`:                                                   "own",
		`[]`:                                                      "own",
		``:                                                        "own",
		`{"x": "` + strings.Repeat("x", 1<<15):                    "own",
		`{"hand_off": {"absence": {"on": false}, "follow_up": {"on": true, "seconds": 30}}}`: "",
		`{"hand_off": {"absence": {"seconds": 0}}}`:                                          "own.hand_off.absence.seconds",
		`{"hand_off": {"follow_up": {"seconds": -1}}}`:                                       "own.hand_off.follow_up.seconds",
		`{"hand_off": {"first_response": {"on": "yes"}}}`:                                    "own.hand_off.first_response.on",
		`{"abandon": {"on": false}}`:                                                         "",
		`{"abandon": {"seconds": 59}}`:                                                       "own.abandon.seconds",
		`{"abandon": {"seconds": 31536001}}`:                                                 "own.abandon.seconds",
		`{"hand_off": {"first_response": 60}}`:                                               "own.hand_off.first_response",
	} {
		err := Shipped.CheckOver([]byte(document))
		var e *Error
		if want == "" && err != nil || want != "" && (!errors.As(err, &e) || e.Kind != Invalid || strings.TrimSuffix(e.Field, ".") != want) {
			t.Errorf("%.40s: got %v, want field %q", document, err, want)
		}
	}
}
