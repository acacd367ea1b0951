package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
)

// linked links somebody on a channel to an agent.
func (h *house) linked(who *person, on core.Channel, remote core.RemoteID) core.AgentLink {
	h.t.Helper()
	l := core.AgentLink{Channel: on.ID, Remote: remote, Agent: who.Agent.ID, CreatedAt: core.At(core.SystemClock())}
	h.write(func(w *store.Work) error {
		w.PutLink(l)
		return nil
	})
	return l
}

func TestACodeLinksOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	channel := h.channels[h.sales.ID]
	desk := h.hub.Desk(channel.ID)
	asked := core.SystemClock()
	replaced := post[LinkCode](h, h.anna, "/api/v1/me/link-codes", "", http.StatusCreated) // no body is an empty one
	code := post[LinkCode](h, h.anna, "/api/v1/me/link-codes", "{}", http.StatusCreated)
	until, err := time.Parse(time.RFC3339, code.ExpiresAt)
	check(t, err)
	if left := until.Sub(asked); left < 9*time.Minute || left > 11*time.Minute {
		t.Errorf("code ends after %s, want about ten minutes", left)
	}
	if replaced.Code == code.Code {
		t.Error("two codes are the same")
	}
	if _, err := desk.Link(t.Context(), "team/one", replaced.Code); core.KindOf(err) != core.Invalid {
		t.Errorf("link by a code that was replaced: got %v, want Invalid", err)
	}
	if who, err := desk.Link(t.Context(), "team/one", code.Code); err != nil || who.Agent.ID != h.anna.Agent.ID {
		t.Errorf("link: got %s %v, want Anna", who.Agent.Name, err)
	}
	if _, err := desk.Link(t.Context(), "team/two", code.Code); core.KindOf(err) != core.Invalid {
		t.Errorf("link by a code that was used: got %v, want Invalid", err)
	}
	got := get[Links](h, h.anna, "/api/v1/me/links").Items
	if len(got) != 1 || got[0].Channel != channel.Slug || got[0].Kind != channel.Kind || got[0].LinkedAt == "" {
		t.Errorf("links: got %+v, want one on %s", got, channel.Slug)
	}
	if text := h.log.String(); strings.Contains(text, code.Code) {
		t.Error("the log holds the code")
	}
}

func TestLinksAreOnesOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	support, sales := h.channels[h.support.ID], h.channels[h.sales.ID]
	first := h.linked(h.anna, support, "team/anna")
	second := h.linked(h.anna, sales, "team/anna")
	theirs := h.linked(h.eve, sales, "team/eve")
	if w := h.call(h.anna, "GET", "/api/v1/me/links", nil); strings.Contains(w.Body.String(), "team/") {
		t.Errorf("links tell what the channel calls her: %s", w.Body)
	}
	const path = "/api/v1/me/links/"
	refused(t, h.call(h.anna, "DELETE", path+linkID(theirs), "{}"), http.StatusNotFound, "not_found", "")
	refused(t, h.call(h.anna, "DELETE", path+"lnk_0", "{}"), http.StatusNotFound, "not_found", "")
	if got := h.linkIDs(h.anna); len(got) != 2 || !slices.Contains(got, linkID(first)) || !slices.Contains(got, linkID(second)) {
		t.Errorf("Anna's links: got %v, want those on %s and %s", got, support.Slug, sales.Slug)
	}
	if w := h.call(h.anna, "DELETE", path+linkID(first), "{}"); w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Errorf("unlink: got %d %s, want 204", w.Code, w.Body)
	}
	refused(t, h.call(h.anna, "DELETE", path+linkID(first), "{}"), http.StatusNotFound, "not_found", "")
	if _, err := h.hub.Desk(support.ID).Agent(t.Context(), "team/anna"); core.KindOf(err) != core.NotFound {
		t.Errorf("agent who was unlinked: got %v, want NotFound", err)
	}
	if got := h.linkIDs(h.anna); !slices.Equal(got, []string{linkID(second)}) {
		t.Errorf("Anna's links: got %v, want the other one", got)
	}
	if got := h.linkIDs(h.eve); !slices.Equal(got, []string{linkID(theirs)}) {
		t.Errorf("Eve's links: got %v, want hers as it was", got)
	}
	if got := get[Links](h, h.boris, "/api/v1/me/links"); got.Items == nil || len(got.Items) != 0 || !slices.Equal(got.Kinds, []string{"widget"}) {
		t.Errorf("Boris's links: got %+v, want none, and each kind of channel once", got)
	}
}

// linkIDs gives the ids of an agent's links, sorted.
func (h *house) linkIDs(who *person) []string {
	h.t.Helper()
	var all []string
	for _, l := range get[Links](h, who, "/api/v1/me/links").Items {
		all = append(all, l.ID)
	}
	slices.Sort(all)
	return all
}
