package web

import (
	"net/http"
	"slices"
	"testing"
)

func TestC28_LanguagesAndSkillsOverREST(t *testing.T) {
	t.Parallel()
	h := open(t)
	anna := "/api/v1/agents/" + h.anna.Agent.ID.String()
	set := func(who *person, body string) Abilities {
		t.Helper()
		return answer[Abilities](t, h.call(who, "PATCH", anna, body), http.StatusOK)
	}
	if got := set(h.anna, `{"languages": ["EN", "de_at"]}`); !slices.Equal(got.Languages, []string{"de-AT", "en"}) || len(got.Skills) != 0 {
		t.Errorf("got %+v", got)
	}
	if got := set(h.sofia, `{"skills": ["refunds"]}`); !slices.Equal(got.Languages, []string{"de-AT", "en"}) || !slices.Equal(got.Skills, []string{"refunds"}) {
		t.Errorf("got %+v, want what was left out to stay", got)
	}
	refused(t, h.call(h.anna, "PATCH", anna, `{"skills": []}`), http.StatusForbidden, "forbidden", "")
	refused(t, h.call(h.anna, "PATCH", anna, `{"languages": ["klingonish"]}`), http.StatusUnprocessableEntity, "invalid", "languages")
	refused(t, h.call(h.sofia, "PATCH", anna, `{"skills": ["No Slug"]}`), http.StatusUnprocessableEntity, "invalid", "skills")
	if me := get[Me](h, h.anna, "/api/v1/me"); !slices.Equal(me.Languages, []string{"de-AT", "en"}) || !slices.Equal(me.Skills, []string{"refunds"}) {
		t.Errorf("me: got %+v", me)
	}
	if all := get[List[Colleague]](h, h.boris, "/api/v1/agents").Items; !slices.ContainsFunc(all, func(c Colleague) bool {
		return c.ID == h.anna.Agent.ID.String() && slices.Equal(c.Languages, []string{"de-AT", "en"}) && slices.Equal(c.Skills, []string{"refunds"})
	}) {
		t.Errorf("colleagues: got %+v", all)
	}
	if got := set(h.anna, `{"languages": []}`); len(got.Languages) != 0 {
		t.Errorf("none: got %+v", got)
	}

	session := h.said(h.support, "carla", "olá").String()
	at := "/api/v1/sessions/" + session
	if got := answer[Session](t, h.call(h.anna, "PATCH", at, `{"language": "PT-br"}`), http.StatusOK).Language; got != "pt-BR" {
		t.Errorf("got %q", got)
	}
	refused(t, h.call(h.anna, "PATCH", at, `{"language": "xx", "add_tags": ["vip"]}`), http.StatusUnprocessableEntity, "invalid", "language")
	if got := get[SessionDetail](h, h.anna, at); got.Language != "pt-BR" || len(got.Tags) != 0 {
		t.Errorf("after a refusal: got %+v", got)
	}
	events := get[EventPage](h, h.anna, at+"/messages").Items
	if last := events[len(events)-1]; last.Kind != "language" || last.Language != "pt-BR" || last.Text != "" || last.Audience != "agents" {
		t.Errorf("got %+v", last)
	}
}
