package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"parley/channels"
	"parley/channels/slack"
	"parley/channels/telegram"
	"parley/channels/widget"
	"parley/core"
	"parley/core/hub"
)

// wing is a department with a bot on Telegram and an app in Slack, where its agents work.
type wing struct {
	name string // as the flags call it
	bot  *telegramBot
	app  *slackApp
}

// hand is an agent, who works in the workspace and in Slack.
type hand struct {
	name string
	user string // in Slack
	api  *agentAPI
}

const soakAgents = 4

// What nobody may see. The names say where each would come from.
var (
	pollToken = core.Secret("1001:CANARY-token_of_the_polling_bot")
	hookToken = core.Secret("1002:CANARY-token_of_the_called_bot")
	secretKey = core.Key([]byte("CANARY-the-installation's-key-32"))
)

// secretFiles is where Slack has its files, which open with the app's token.
const secretFiles = "/CANARY-files-pri/"

// soakHouse is what a soak finds in its database.
type soakHouse struct {
	house
	wings []*wing
	hands []*hand
}

// furnishSoak makes departments, channels and people, before the program starts. Rates are such that no network asks for more patience
// than the faults do.
func furnishSoak(ctx context.Context, srv *server, tg *telegramNet, sl *slackNet) (*soakHouse, error) {
	h := &soakHouse{wings: []*wing{
		{name: "support", bot: tg.bots[pollToken.Reveal()]},
		{name: "sales", bot: tg.bots[hookToken.Reveal()]},
	}}
	e, err := startEngine(ctx, srv.url)
	if err != nil {
		return nil, err
	}
	err = h.people(ctx, e, srv.addr)
	if err = errors.Join(err, e.stop()); err != nil {
		return nil, err
	}
	for i, w := range h.wings {
		w.app = sl.add(i, "http://"+srv.addr)
		if err := w.channels(ctx, srv); err != nil {
			return nil, err
		}
	}
	if e, err = startEngine(ctx, srv.url); err != nil {
		return nil, err
	}
	return h, errors.Join(hurry(ctx, e), e.stop())
}

func (h *soakHouse) people(ctx context.Context, e *engine, addr string) error {
	roles := core.Roles{}
	for _, name := range []string{"Support", "Sales"} {
		d, err := e.hub.AddDepartment(ctx, name, strings.ToLower(name), "UTC")
		if err != nil {
			return err
		}
		if h.department == 0 {
			h.department = d.ID
		}
		roles[d.ID] = core.Operator
	}
	settings, err := json.Marshal(widget.Settings{Origins: []string{origin}, Limits: widget.Limits{Frames: 1 << 30, Messages: 1 << 30}})
	if err != nil {
		return err
	}
	if h.channel, err = e.hub.AddChannel(ctx, hub.NewChannel{Slug: "shop", Kind: widget.Kind, Department: h.department, Settings: settings}); err != nil {
		return err
	}
	for i := range soakAgents {
		email, name := fmt.Sprintf("agent%d@example.test", i+1), fmt.Sprintf("Agent %d", i+1)
		if _, err := e.hub.AddAgent(ctx, hub.NewAgent{Email: email, Name: name, Password: core.NewToken(), Roles: roles}); err != nil {
			return err
		}
		key, err := e.hub.AddKey(ctx, email, "soak", core.AllScope)
		if err != nil {
			return err
		}
		h.hands = append(h.hands, &hand{name: name, user: fmt.Sprintf("UAGENT%d", i+1), api: newAgentAPI(addr, key)})
	}
	return nil
}

// channels adds the wing's channels as an admin does, so that their keys are sealed.
func (w *wing) channels(ctx context.Context, srv *server) error {
	mode, slackMode, flag, key := "poll", "socket", "--app-token-file", w.app.app
	if w.app.hook != "" {
		mode, slackMode, flag, key = "webhook", "events", "--signing-secret-file", w.app.signing
	}
	files, err := keyFiles(w.bot.token, w.app.bot, key)
	defer os.RemoveAll(filepath.Dir(files[0]))
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"channel", "add", "telegram", "--department", w.name, "--mode", mode, "--token-file", files[0]},
		{"channel", "add", "slack", "--department", w.name, "--mode", slackMode, "--team-channel", w.app.room, "--dms", "--bot-token-file", files[1], flag, files[2]},
	} {
		if out, err := srv.command(ctx, args...).CombinedOutput(); err != nil {
			return fmt.Errorf("parley %s: %w\n%s", strings.Join(args[:3], " "), err, out)
		}
	}
	return nil
}

// keyFiles writes each key into a file of a folder of their own.
func keyFiles(keys ...core.Secret) ([]string, error) {
	dir, err := os.MkdirTemp("", "parley-keys-")
	files := make([]string, len(keys))
	for i, key := range keys {
		files[i] = filepath.Join(dir, fmt.Sprint("key", i))
		if err == nil {
			err = os.WriteFile(files[i], []byte(key.Reveal()), 0o600)
		}
	}
	return files, err
}

// hurry raises the rates of all channels that have some.
func hurry(ctx context.Context, e *engine) error {
	all, err := e.store.Channels(ctx)
	if err != nil {
		return err
	}
	much := &channels.Rate{Calls: 1000, Seconds: 1, Burst: 1000}
	for _, c := range all {
		if c.Kind != telegram.Kind && c.Kind != slack.Kind {
			continue
		}
		var settings map[string]any
		if err := json.Unmarshal(c.Settings, &settings); err != nil {
			return err
		}
		settings["rates"] = channels.Rates{Conversation: much, Channel: much}
		if c.Settings, err = json.Marshal(settings); err != nil {
			return err
		}
		if err := e.hub.SetChannel(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// link makes the agents known in Slack, each to both apps.
func (h *soakHouse) link(ctx context.Context) error {
	for _, a := range h.hands {
		for _, w := range h.wings {
			var made struct{ Code string }
			status, err := a.api.do(ctx, "POST", "/api/v1/me/link-codes", object{}, &made)
			if err != nil || made.Code == "" {
				return fmt.Errorf("%s got no code: status %d, %w", a.name, status, err)
			}
			if err := w.app.link(a.user, made.Code); err != nil {
				return err
			}
		}
	}
	return nil
}

// add makes an app with a room: the first has sockets, the next is called.
func (n *slackNet) add(i int, public string) *slackApp {
	a := &slackApp{
		net: n, id: fmt.Sprintf("A%dSOAK", i), user: fmt.Sprintf("UAPP%d", i), room: fmt.Sprintf("C%dROOM", i),
		bot: core.Secret(fmt.Sprintf("xoxb-CANARY-bot-%d", i)), app: core.Secret(fmt.Sprintf("xapp-CANARY-app-%d", i)),
		signing: core.Secret(fmt.Sprintf("CANARY-signing-%d", i)), acks: map[string]chan json.RawMessage{},
	}
	if i > 0 {
		a.hook = public + "/hooks/slack/sales-slack"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.apps = append(n.apps, a)
	return a
}
