package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/core"
)

// D4: what is known of a customer, and their earlier sessions, as far as one may see them.
func TestACustomerAndTheirSessionsD4(t *testing.T) {
	t.Parallel()
	h := open(t)
	var theirs []string
	for range 3 {
		id := h.said(h.support, "Carla", "hello")
		h.do(h.anna, core.Take{Session: id})
		h.do(h.anna, core.End{Session: id})
		theirs = append([]string{id.String()}, theirs...)
	}
	now := h.said(h.support, "Carla", "once more")
	theirs = append([]string{now.String()}, theirs...)
	h.said(h.support, "Dora", "hello")
	id := h.customerOf(now)

	c := get[Customer](h, h.anna, "/api/v1/customers/"+id)
	if c.ID != id || c.Name != "Carla" || c.Since == "" || len(c.Channels) != 1 || c.Channels[0].Kind != "widget" || c.Channels[0].Slug != "support-widget" {
		t.Errorf("customer: got %+v", c)
	}
	var got []string
	after := ""
	for range 3 {
		page := get[Page[Session]](h, h.sofia, "/api/v1/sessions?limit=3&customer="+id+"&after="+after)
		for _, s := range page.Items {
			got = append(got, s.ID)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if !slices.Equal(got, theirs) {
		t.Errorf("sessions: got %v, want %v, newest first", got, theirs)
	}
	for state, want := range map[string][]string{"ended": theirs[1:], "waiting": theirs[:1], "active": nil} {
		got = nil
		for _, s := range get[Page[Session]](h, h.anna, "/api/v1/sessions?customer="+id+"&state="+state).Items {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s ones: got %v, want %v", state, got, want)
		}
	}
	for _, query := range []string{"&assignee=me", "&participant=me", "&assignee=none"} {
		w := h.call(h.anna, "GET", "/api/v1/sessions?customer="+id+query, nil)
		refused(t, w, http.StatusUnprocessableEntity, "invalid", "customer")
	}
	for _, bad := range []string{"CANARY", "cus_", now.String(), "cus_" + strings.Repeat("z", 30)} {
		w := h.call(h.anna, "GET", "/api/v1/sessions?customer="+bad, nil)
		spotless(t, bad, w.Body.String())
		refused(t, w, http.StatusUnprocessableEntity, "invalid", "customer")
		refused(t, h.call(h.anna, "GET", "/api/v1/customers/"+bad, nil), http.StatusNotFound, "not_found", "")
	}
}
