package web

import (
	"net/http"
	"net/url"
	"testing"
)

func TestASwitchItsWordsAndItsHistoryS1_38C17(t *testing.T) {
	t.Parallel()
	h := open(t)
	at := "/api/v1/departments/" + h.support.ID.String()
	set := func(who *person, path, body string) DepartmentSwitch {
		t.Helper()
		return answer[DepartmentSwitch](t, h.call(who, "PUT", path, body), http.StatusOK)
	}
	if got := get[DepartmentSwitch](h, h.anna, at+"/switch"); !got.On || !got.Open || got.Rules || len(got.Closed) != 0 || got.By != "" {
		t.Errorf("at first: got %+v, want it open", got)
	}
	hears := h.watch(h.listen(), h.boris)
	got := set(h.sofia, at+"/switch", `{"on": false}`)
	if got.On || got.Open || got.By != "hand" || got.At == "" || len(got.Closed) != 1 || got.Closed[0] != (ClosedGate{"switch", "It was switched off by hand."}) {
		t.Errorf("switched off: got %+v", got)
	}
	if f := hears.next("changed"); f.What != "department" {
		t.Errorf("the department hears %q", f.What)
	}
	refused(t, h.call(h.sofia, "PUT", at+"/switch", `{"rules": true}`), http.StatusUnprocessableEntity, "invalid", "rules")
	answer[SettingsDocument](t, h.call(h.ada, "PUT", at+"/settings", `{"own": {"activation": {"rules": "mon-sun on"}}}`), http.StatusOK)
	if got := set(h.oleg, at+"/switch", `{"rules": true}`); !got.On || got.By != "rule" || !got.Rules {
		t.Errorf("by rules: got %+v", got)
	}
	answer[Switch](t, h.call(h.ada, "PUT", "/api/v1/switch", `{"on": false}`), http.StatusOK)
	if got := get[DepartmentSwitch](h, h.anna, at+"/switch"); !got.On || got.Open || got.Closed[0].Gate != "installation" {
		t.Errorf("the installation is off: got %+v", got)
	}
	history := func(query string) (rows []Switched) {
		t.Helper()
		for next := ""; ; {
			page := get[Page[Switched]](h, h.sofia, at+"/switches?limit=1&after="+next+query)
			if rows = append(rows, page.Items...); page.Next == "" {
				return rows
			}
			next = page.Next
		}
	}
	all := history("")
	if len(all) != 2 || all[0].On != true || all[0].By != "rule" || all[0].Reason != "The rule: mon-sun on" || all[0].Agent.Name != "Oleg Novak" ||
		all[1].On || all[1].By != "hand" || all[1].Agent.Name != "Sofia Marin" {
		t.Fatalf("history: got %+v", all)
	}
	for query, want := range map[string]int{
		"&q=marin": 1, "&q=MON-SUN": 1, "&q=nobody": 0, "&q=%25": 0, "&from=" + url.QueryEscape(all[0].At): 1, "&until=" + url.QueryEscape(all[0].At): 1, "&from=2099-01-01T00:00:00Z": 0,
	} {
		if got := history(query); len(got) != want {
			t.Errorf("%s: got %d rows, want %d", query, len(got), want)
		}
	}
	refused(t, h.call(h.sofia, "GET", at+"/switches?from=yesterday", nil), http.StatusUnprocessableEntity, "invalid", "from")
	refused(t, h.call(h.sofia, "GET", at+"/switches?after=x!", nil), http.StatusUnprocessableEntity, "invalid", "after")
	if got := get[Page[Switched]](h, h.ada, "/api/v1/switches").Items; len(got) != 1 || got[0].Agent.Name != "Ada Root" {
		t.Errorf("the installation's: got %+v", got)
	}
}
