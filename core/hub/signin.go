package hub

import (
	"context"
	"fmt"
	"time"

	"parley/core"
	"parley/core/store"
)

const retryAfter = time.Second

// Client is where a sign-in comes from, as far as it can be told.
type Client struct {
	Address   string
	UserAgent string
}

// SignIn begins a login for who knows an agent's password, and gives its token: a secret that is only now to be had.
// Unauthorized, in the same words and time, for a wrong password, an unknown address and a disabled agent.
func (h *Hub) SignIn(ctx context.Context, email string, password core.Secret, from Client) (core.Secret, error) {
	const op = "hub.SignIn"
	a, err := h.store.AgentByEmail(ctx, email)
	known := core.KindOf(err) != core.NotFound
	if err != nil && known {
		return "", err
	}
	hash := a.Agent.PasswordHash
	if !known {
		hash = nobody
	}
	ok, err := matches(ctx, password, hash)
	if err != nil {
		return "", err
	}
	if !ok || !known || a.Agent.DisabledAt != 0 {
		return "", &core.Error{Op: op, Kind: core.Unauthorized, Reason: "This e-mail address and password do not belong together."}
	}
	token := core.NewToken()
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.AddLogin(store.Login{
			ID: core.LoginID(h.ids.Next(w.Now())), Agent: a.Agent.ID, Hash: core.HashToken(token), CreatedAt: w.Now(), SeenAt: w.Now(),
			Address: short(from.Address), UserAgent: short(from.UserAgent),
		})
		return nil
	}})
	return token, err
}

// SignOut ends a login. A token without one is signed out already.
func (h *Hub) SignOut(ctx context.Context, token core.Secret) error {
	l, err := h.store.Login(ctx, token)
	if core.KindOf(err) == core.Unauthorized {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = h.writer.Do(ctx, store.Job{Do: func(w *store.Work) error {
		w.EndLogin(l.ID)
		w.Tell(settings(core.Event{
			Kind: core.EventLoginEnded, ActorKind: core.ByAgent, Actor: int64(l.Agent), Target: l.Agent,
		}))
		return nil
	}})
	return err
}

// short keeps the beginning of what a client says of itself, in printable ASCII.
func short(s string) string {
	b := []byte(fmt.Sprintf("%+q", s))
	b = b[1 : len(b)-1]
	return string(b[:min(len(b), core.MaxName)])
}
