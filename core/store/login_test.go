package store_test

import (
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

const day = 24 * time.Hour

func (h *house) login(a core.Actor) core.Secret {
	h.t.Helper()
	token := core.NewToken()
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		w.AddLogin(store.Login{
			ID: core.LoginID(h.id()), Agent: a.Agent.ID, Hash: core.HashToken(token), Address: "192.0.2.1", UserAgent: "test",
			CreatedAt: w.Now(), SeenAt: w.Now(),
		})
		return nil
	}}))
	return token
}

func (h *house) key(a core.Actor) core.Secret {
	h.t.Helper()
	token := core.NewToken()
	h.must(h.do(store.Job{Do: func(w *store.Work) error {
		w.AddKey(core.KeyID(h.id()), a.Agent.ID, core.HashToken(token), "test", core.AllScope)
		return nil
	}}))
	return token
}

func TestALoginEndsWhenItIsIdleOrOld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		for _, c := range []struct {
			name  string
			turns []time.Duration // the login is used after each
			over  bool            // after the last
		}{
			{"used at once", []time.Duration{0}, false},
			{"idle for seven days", []time.Duration{7 * day}, false},
			{"idle for longer", []time.Duration{7*day + time.Second}, true},
			{"idle for longer after it was used", []time.Duration{6 * day, 7*day + time.Second}, true},
			{"used every week", []time.Duration{6 * day, 6 * day, 6 * day, 6 * day, 6 * day}, false},
			{"used every week for longer than thirty days", []time.Duration{6 * day, 6 * day, 6 * day, 6 * day, 6*day + time.Second}, true},
		} {
			token := h.login(h.anna)
			for i, turn := range c.turns {
				h.clock.turn(turn)
				a, id, err := h.store.ActorByLogin(ctx, token)
				if over := c.over && i == len(c.turns)-1; over {
					if core.KindOf(err) != core.Unauthorized || a.Agent.ID != 0 || id != 0 {
						t.Errorf("%s: got %v, %v; want unauthorized", c.name, a.Agent.Name, err)
					}
				} else if err != nil || a.Agent.ID != h.anna.Agent.ID || a.Roles[h.support] != core.Operator || a.Key != 0 || id == 0 {
					t.Errorf("%s, use %d: got %+v, %v; want Anna", c.name, i+1, a, err)
				}
			}
		}
	})
}

func TestWhoMayComeIn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		login, other, key := h.login(h.boris), h.login(h.boris), h.key(h.boris)
		byLogin := func(token core.Secret) (core.Actor, error) {
			a, _, err := h.store.ActorByLogin(ctx, token)
			return a, err
		}
		byKey := func(token core.Secret) (core.Actor, error) { return h.store.ActorByKey(ctx, token) }
		check := func(name string, by func(core.Secret) (core.Actor, error), token core.Secret, in bool) {
			t.Helper()
			a, err := by(token)
			if in && (err != nil || a.Agent.ID != h.boris.Agent.ID) || !in && (core.KindOf(err) != core.Unauthorized || a.Agent.ID != 0) {
				t.Errorf("%s: got %q, %v", name, a.Agent.Name, err)
			}
		}
		check("a login", byLogin, login, true)
		check("a key", byKey, key, true)
		check("a key as a login", byLogin, key, false)
		check("a login as a key", byKey, login, false)
		check("no token", byLogin, "", false)
		check("no token as a key", byKey, "", false)
		check("the hash itself", byLogin, core.Secret(core.HashToken(login)), false)
		if a, err := byKey(key); err != nil || a.Key == 0 || a.Origin() == h.boris.Origin() {
			t.Errorf("a key's origin: got %+v, %v; want one of its own", a, err)
		}
		l, err := h.store.Login(ctx, other)
		if err != nil {
			t.Fatal(err)
		}
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.EndLogin(l.ID); return nil }}))
		check("a login that ended", byLogin, other, false)
		check("the one beside it", byLogin, login, true)

		h.clock.turn(31 * day)
		check("a key does not age", byKey, key, true)
		login = h.login(h.boris)
		boris := h.boris
		boris.Agent.DisabledAt = core.At(h.clock.now())
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutAgent(boris); return nil }}))
		check("a disabled agent's login", byLogin, login, false)
		check("a disabled agent's key", byKey, key, false)
		boris.Agent.DisabledAt = 0
		h.must(h.do(store.Job{Do: func(w *store.Work) error { w.PutAgent(boris); return nil }}))
		check("the login of before, when the agent is back", byLogin, login, false)
	})
}

func TestLastUseIsKeptEveryTenMinutes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		token := h.login(h.anna)
		var kept []time.Duration
		for range 25 { // a request every four minutes
			h.clock.turn(4 * time.Minute)
			if _, _, err := h.store.ActorByLogin(ctx, token); err != nil {
				t.Fatal(err)
			}
			l, err := h.store.Login(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			at := l.SeenAt.Std().Sub(morning)
			if len(kept) == 0 || kept[len(kept)-1] != at {
				kept = append(kept, at)
			}
			if late := h.clock.now().Sub(l.SeenAt.Std()); late > 10*time.Minute {
				t.Errorf("the last use is known %v late", late)
			}
		}
		if len(kept) != 9 { // the beginning, and then every twelve minutes of a hundred
			t.Errorf("written at %v, want 9 times", kept)
		}
		for i := range kept[1:] {
			if between := kept[i+1] - kept[i]; between < 10*time.Minute {
				t.Errorf("written again after %v", between)
			}
		}
	})
}
