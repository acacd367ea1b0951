package web

import (
	"net/http"
	"testing"
)

func TestSettingsOfADepartmentGoBeforeThoseOfAll(t *testing.T) {
	t.Parallel()
	h := open(t)
	of := "/api/v1/departments/" + h.support.ID.String() + "/settings"
	if got := get[SettingsDocument](h, h.ada, of); got.Version != 0 || len(got.Own) != 0 || got.Settings.AutoClose.Site != 1800 {
		t.Errorf("at first: got %+v, want what is shipped", got)
	}
	set := func(at, body string) SettingsDocument {
		return answer[SettingsDocument](t, h.call(h.ada, "PUT", at, body), http.StatusOK)
	}
	set("/api/v1/settings", `{"own": {"auto_close": {"site": 600, "messenger": 7200}}}`)
	got := set(of, `{"own": {"auto_close": {"site": 60}}}`)
	if c := got.Settings.AutoClose; c.Site != 60 || c.Messenger != 7200 || c.Warning != 300 || got.Version != 1 || got.ChangedAt == "" {
		t.Errorf("got %+v", got)
	}
	hears := h.watch(h.listen(), h.boris)
	got = set(of, `{"own": {}, "version": 1}`)
	if got.Settings.AutoClose.Site != 600 || got.Version != 2 {
		t.Errorf("taken back: got %+v, want what is set for all", got)
	}
	if f := hears.next("changed"); f.What != "department" {
		t.Errorf("the department hears %q", f.What)
	}
	refused(t, h.call(h.ada, "PUT", of, `{"own": {}, "version": 1}`), http.StatusConflict, "taken", "")
	for body, field := range map[string]string{
		`{"own": {"auto_close": {"site": -1}}}`:          "own.auto_close.site",
		`{"own": {"auto_close": {"site": "CANARY"}}}`:    "own.auto_close.site",
		`{"own": {"CANARY": 1}}`:                         "own",
		`{"own": 5}`:                                     "own",
		`{}`:                                             "own",
		`{"own": {}, "version": -1}`:                     "version",
		`{"own": {"auto_close": {"site": 99999999999}}}`: "own.auto_close.site",
	} {
		w := h.call(h.ada, "PUT", of, body)
		spotless(t, body, w.Body.String())
		refused(t, w, http.StatusUnprocessableEntity, "invalid", field)
	}
}
