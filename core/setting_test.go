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
		`{}`:                                   "",
		`{"auto_close": {"site": 60}}`:         "",
		`{"auto_close": {"site": -1}}`:         "own.auto_close.site",
		`{"auto_close": {"warning": 1e9}}`:     "own.auto_close.warning",
		`{"auto_close": {"site": 31536001}}`:   "own.auto_close.site",
		`{"auto_close": {"site": "30m"}}`:      "own.auto_close.site",
		`{"auto_close": {"site": 1.5}}`:        "own.auto_close.site",
		`{"auto_close": 5}`:                    "own.auto_close",
		`{"auto_clos": {}}`:                    "own",
		`{"hours": {"auto_reply": true}}`:      "own.hours.message",
		`{} {}`:                                "own",
		`[]`:                                   "own",
		``:                                     "own",
		`{"x": "` + strings.Repeat("x", 1<<15): "own",
	} {
		err := Shipped.CheckOver([]byte(document))
		var e *Error
		if want == "" && err != nil || want != "" && (!errors.As(err, &e) || e.Kind != Invalid || strings.TrimSuffix(e.Field, ".") != want) {
			t.Errorf("%.40s: got %v, want field %q", document, err, want)
		}
	}
}
