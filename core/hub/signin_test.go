package hub

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store/storetest"
)

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		rosa := must(s.hub.AddAgent(ctx, NewAgent{Email: " Rosa@Example.test", Name: "Rosa Diaz", Password: "long enough",
			Roles: core.Roles{s.support: core.Operator}}))
		token := must(s.hub.SignIn(ctx, "rosa@example.TEST", "long enough", Client{Address: "127.0.0.1", UserAgent: "x\n\u202ey"}))
		who, login, err := s.store.ActorByLogin(ctx, token)
		if err != nil || who.Agent.ID != rosa.ID || login == 0 || who.Roles[s.support] != core.Operator {
			t.Fatalf("got %+v, %v", who, err)
		}
		if kept := must(s.store.Login(ctx, token)); strings.ContainsAny(kept.UserAgent, "\n\u202e") || kept.Hash == token.Reveal() {
			t.Errorf("kept raw: %+v", kept)
		}
		if err := s.hub.SignOut(ctx, token); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.store.ActorByLogin(ctx, token); core.KindOf(err) != core.Unauthorized {
			t.Errorf("after signing out: got %v, want unauthorized", err)
		}
		if err := s.hub.SignOut(ctx, token); err != nil {
			t.Errorf("signing out twice: %v", err)
		}

		token = must(s.hub.SignIn(ctx, "rosa@example.test", "long enough", Client{}))
		key := must(s.hub.AddKey(ctx, "rosa@example.test", "crm", core.AllScope))
		if by := must(s.store.ActorByKey(ctx, key)); by.Agent.ID != rosa.ID || by.Key == 0 || by.Origin() == who.Origin() {
			t.Errorf("by key: got %+v", by)
		}
		if err := s.hub.DisableAgent(ctx, "rosa@example.test"); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.store.ActorByLogin(ctx, token); core.KindOf(err) != core.Unauthorized {
			t.Errorf("a disabled agent's login: got %v", err)
		}
		if _, err := s.store.ActorByKey(ctx, key); core.KindOf(err) != core.Unauthorized {
			t.Errorf("a disabled agent's key: got %v", err)
		}
		for name, c := range map[string]struct{ email, password string }{
			"disabled": {"rosa@example.test", "long enough"}, "unknown": {"nobody@example.test", "long enough"},
			"wrong password": {"rosa@example.test", "long enougH"}, "empty": {"", ""}, "a huge password": {"rosa@example.test", strings.Repeat("a", 1<<20)},
		} {
			_, err := s.hub.SignIn(ctx, c.email, core.Secret(c.password), Client{})
			if core.KindOf(err) != core.Unauthorized || !strings.Contains(err.Error(), "do not belong together") {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

// An unknown address must cost what a known one does: the comparison is with nobody's hash, with the same parameters.
func TestNobodysHashIsCheckedInFull(t *testing.T) {
	t.Parallel()
	own, err := HashPassword("some password")
	if err != nil {
		t.Fatal(err)
	}
	parameters := func(h core.Secret) string { return h.Reveal()[:strings.LastIndex(h.Reveal()[:len(h)-45], "$")] }
	if got, want := parameters(nobody), parameters(own); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	start := time.Now()
	if ok, err := matches(context.Background(), "x", nobody); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
	if time.Since(start) < time.Millisecond {
		t.Error("nobody's hash was not computed")
	}
}

func TestAddingPeopleAndDepartmentsWrongly(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := context.Background()
	field := func(err error) string {
		if e, ok := err.(*core.Error); ok { //nolint:errorlint // the hub's own
			return e.Field
		}
		return ""
	}
	good := NewAgent{Email: "x@example.test", Name: "X Y", Password: "12345678"}
	for name, c := range map[string]struct {
		change func(*NewAgent)
		field  string
	}{
		"no address":       {func(n *NewAgent) { n.Email = "x" }, "email"},
		"two addresses":    {func(n *NewAgent) { n.Email = "a@b@c" }, "email"},
		"an address known": {func(n *NewAgent) { n.Email = s.anna.Agent.Email }, "email"},
		"no name":          {func(n *NewAgent) { n.Name = " " }, "name"},
		"a line break":     {func(n *NewAgent) { n.Name = "a\r\nBcc: b" }, "name"},
		"short password":   {func(n *NewAgent) { n.Password = "1234567" }, "password"},
	} {
		n := good
		c.change(&n)
		if _, err := s.hub.AddAgent(ctx, n); field(err) != c.field {
			t.Errorf("%s: got %v, want field %s", name, err, c.field)
		}
	}
	for name, c := range map[string]struct{ name, slug, zone, field string }{
		"a name in use": {"Support", "", "UTC", "name"}, "a slug in use": {"Support!", "support", "UTC", "slug"},
		"no zone": {"New", "", "", "zone"}, "an unknown zone": {"New", "", "Mars/Base", "zone"}, "a bad slug": {"New", "A b", "UTC", "slug"},
		"a name without letters": {"日本", "", "UTC", "slug"},
	} {
		if _, err := s.hub.AddDepartment(ctx, c.name, c.slug, c.zone); field(err) != c.field {
			t.Errorf("%s: got %v, want field %s", name, err, c.field)
		}
	}
	if _, err := s.hub.AddChannel(ctx, NewChannel{Slug: "support-widget", Kind: "widget", Department: s.support}); field(err) != "name" {
		t.Errorf("a channel's name in use: got %v", err)
	}
}
