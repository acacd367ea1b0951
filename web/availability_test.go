package web

import (
	"net/http"
	"testing"
)

func TestAnAgentSaysWhetherTheyWorkC4(t *testing.T) {
	t.Parallel()
	h := open(t)
	const at = "/api/v1/me/availability"
	if got := get[Me](h, h.anna, "/api/v1/me").Availability; got != "available" {
		t.Errorf("at first: got %q, want available", got)
	}
	hears := h.watch(h.listen(), h.boris)
	if got := answer[Me](t, h.call(h.anna, "PUT", at, Availability{"away"}), http.StatusOK); got.Availability != "away" || len(got.Roles) != 1 {
		t.Errorf("got %+v, want Anna as she is now", got)
	}
	if f := hears.next("changed"); f.What != "agent" {
		t.Errorf("a colleague hears %q, want agent", f.What)
	}
	if got := get[Me](h, h.anna, "/api/v1/me").Availability; got != "away" {
		t.Errorf("then: got %q, want away", got)
	}
	for _, c := range get[List[Colleague]](h, h.boris, "/api/v1/agents").Items {
		want := "available"
		if c.ID == h.anna.Agent.ID.String() {
			want = "away"
		}
		if c.Availability != want {
			t.Errorf("%s: got %q, want %q", c.Name, c.Availability, want)
		}
	}
	for name, body := range map[string]string{"no such word": `{"availability":"CANARY"}`, "nothing": `{"availability":""}`} {
		w := h.call(h.anna, "PUT", at, body)
		spotless(t, name, w.Body.String())
		refused(t, w, http.StatusUnprocessableEntity, "invalid", "availability")
	}
}
