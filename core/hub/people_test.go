package hub

import (
	"context"
	"testing"

	"parley/core"
	"parley/core/store/storetest"
)

func TestAnotherPassword(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		const email, old, fresh = "rosa@example.test", core.Secret("long enough"), core.Secret("another one")
		rosa := must(s.hub.AddAgent(ctx, NewAgent{Email: email, Name: "Rosa Diaz", Password: old, Roles: core.Roles{s.support: core.Operator}}))
		other := must(s.hub.AddAgent(ctx, NewAgent{Email: "other@example.test", Name: "Other", Password: old}))
		key := must(s.hub.AddKey(ctx, email, "crm", core.AllScope))
		logins := []core.Secret{must(s.hub.SignIn(ctx, email, old, Client{})), must(s.hub.SignIn(ctx, email, old, Client{}))}
		others := must(s.hub.SignIn(ctx, other.Email, old, Client{}))

		if err := s.hub.SetPassword(ctx, email, "short"); core.KindOf(err) != core.Invalid {
			t.Errorf("a short password: got %v, want invalid", err)
		}
		if err := s.hub.SetPassword(ctx, "nobody@example.test", fresh); core.KindOf(err) != core.NotFound {
			t.Errorf("an unknown address: got %v, want not found", err)
		}
		if _, _, err := s.store.ActorByLogin(ctx, logins[0]); err != nil {
			t.Errorf("a login after refusals: got %v, want none", err)
		}
		if err := s.hub.SetPassword(ctx, " Rosa@Example.test", fresh); err != nil {
			t.Fatal(err)
		}
		for _, token := range logins {
			if _, _, err := s.store.ActorByLogin(ctx, token); core.KindOf(err) != core.Unauthorized {
				t.Errorf("a login from before: got %v, want unauthorized", err)
			}
		}
		if _, _, err := s.store.ActorByLogin(ctx, others); err != nil {
			t.Errorf("another agent's login: got %v, want none", err)
		}
		if by, err := s.store.ActorByKey(ctx, key); err != nil || by.Roles[s.support] != core.Operator {
			t.Errorf("key: got %+v, %v, want the same agent with their role", by, err)
		}
		if _, err := s.hub.SignIn(ctx, email, old, Client{}); core.KindOf(err) != core.Unauthorized {
			t.Errorf("the former password: got %v, want unauthorized", err)
		}
		token := must(s.hub.SignIn(ctx, email, fresh, Client{}))
		if who, _, err := s.store.ActorByLogin(ctx, token); err != nil || who.Agent.ID != rosa.ID || who.Agent.DisabledAt != 0 {
			t.Errorf("the new password: got %+v, %v", who, err)
		}
		if err := s.hub.DisableAgent(ctx, email); err != nil {
			t.Fatal(err)
		}
		if err := s.hub.SetPassword(ctx, email, old); core.KindOf(err) != core.Invalid {
			t.Errorf("of a disabled agent: got %v, want invalid", err)
		}
	})
}
