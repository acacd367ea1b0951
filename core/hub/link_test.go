package hub

import (
	"context"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestLinkingByEmailS8(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		rosa := s.agent("Rosa Diaz", core.Roles{s.support: core.Operator})
		other := s.agent("Emil Stern", core.Roles{s.support: core.Operator})
		gone := s.agent("Gone Away", core.Roles{s.support: core.Operator})
		if err := s.hub.DisableAgent(ctx, gone.Agent.Email); err != nil {
			t.Fatal(err)
		}
		desk := s.hub.Desk(s.channel)
		for name, email := range map[string]string{
			"nobody's": "nobody@example.test", "none": "", "a disabled agent's": gone.Agent.Email, "a name": "Rosa Diaz", "a part": "rosa@example.tes", "more": "rosa@example.test.evil",
		} {
			if who, err := desk.LinkByEmail(ctx, "T1/U1", email); core.KindOf(err) != core.NotFound {
				t.Errorf("%s: got %+v, %v, want not found", name, who.Agent, err)
			}
		}
		if _, err := desk.Agent(ctx, "T1/U1"); core.KindOf(err) != core.NotFound {
			t.Errorf("after refusals: got %v, want nobody linked", err)
		}
		if who, err := desk.LinkByEmail(ctx, "T1/U1", " Rosa@Example.TEST "); err != nil || who.Agent.ID != rosa.Agent.ID || who.Roles[s.support] != core.Operator {
			t.Errorf("her address: got %+v, %v, want Rosa", who, err)
		}
		if who, err := desk.LinkByEmail(ctx, "T1/U1", other.Agent.Email); err != nil || who.Agent.ID != rosa.Agent.ID {
			t.Errorf("who is linked: got %+v, %v, want Rosa still", who.Agent, err)
		}
		if got := must(s.store.Links(ctx, other.Agent.ID)); len(got) != 0 {
			t.Errorf("the other agent: got %+v, want no link", got)
		}
	})
}
