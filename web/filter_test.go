package web

import (
	"testing"

	"parley/core"
)

// TestScopeIsNotWidenedByFilters35 is SECURITY's class 35: whatever a query names, it only narrows.
func TestScopeIsNotWidenedByFilters35(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, theirs := h.said(h.support, "a", "hello"), h.said(h.sales, "b", "hello")
	h.do(h.eve, core.Take{Session: theirs})
	for _, query := range []string{"", "?customer=" + h.customerOf(theirs), "?customer=" + h.customerOf(mine), "?state=waiting", "?state=waiting,active,ended,pending", "?assignee=" + h.eve.Agent.ID.String(),
		"?assignee=me", "?participant=me", "?assignee=none", "?limit=100"} {
		for _, who := range []*person{h.anna, h.sofia, h.ada} {
			for _, s := range get[Page[Session]](h, who, "/api/v1/sessions"+query).Items {
				if s.ID != mine.String() || who == h.ada {
					t.Errorf("%s asks %q: got %s, want nothing of others", who.Agent.Name, query, s.ID)
				}
			}
		}
	}
	for _, who := range []*person{h.anna, h.ada} {
		for _, a := range get[List[Colleague]](h, who, "/api/v1/agents").Items {
			if a.Department != h.support.ID.String() || who == h.ada {
				t.Errorf("%s sees %s of %s", who.Agent.Name, a.Name, a.Department)
			}
		}
	}
}
