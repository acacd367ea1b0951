package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/core"
)

type object = map[string]any

// telegramNet is a Telegram with some bots: the Bot API as far as the program uses it, behind a fate.
// https://core.telegram.org/bots/api
type telegramNet struct {
	siege  *siege
	fate   *fate
	plant  string
	server *httptest.Server
	bots   map[string]*telegramBot // by token
}

// telegramBot is a bot with its chats.
type telegramBot struct {
	token core.Secret

	mu     sync.Mutex
	hook   string // where updates are brought; "": they are asked for
	secret string // that is said with them
	next   int64  // number of an update
	posts  int64  // number of a message
	queue  []telegramUpdate
	news   chan struct{} // closed when something is queued
	chats  map[int64]*telegramChat
	calls  map[string]time.Time // when a text was sent last in a way that leaves its sender unclear, or at all
	blind  map[string]bool      // texts whose sender was left unclear
}

type telegramUpdate struct {
	id   int64
	chat int64
	body object
}

// telegramChat is what the customer and the bot see.
type telegramChat struct {
	posts []telegramPost
	hook  sync.Mutex // one update of a chat is brought after the other
}

// telegramPost is a message of the bot.
type telegramPost struct {
	id      int64
	text    string
	file    bool // it is a file; text is what it is called after
	deleted bool
}

func newTelegram(s *siege, f *fate, plant string, tokens ...core.Secret) *telegramNet {
	t := &telegramNet{siege: s, fate: f, plant: plant, bots: map[string]*telegramBot{}}
	for _, token := range tokens {
		t.bots[token.Reveal()] = &telegramBot{
			token: token, news: make(chan struct{}), chats: map[int64]*telegramChat{}, calls: map[string]time.Time{}, blind: map[string]bool{},
		}
	}
	t.server = httptest.NewServer(t)
	return t
}

func (t *telegramNet) close() { t.server.CloseClientConnections(); t.server.Close() }

// How many of the calls of a bot go wrong; and where the fault is planted that repeats them.
const (
	telegramSpoilt = 0.06
	oftenSpoilt    = 0.4
)

func (t *telegramNet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	bot := t.bots[token]
	var p telegramCall
	body, err := io.ReadAll(r.Body)
	file, carries := uploaded(r.Header.Get("Content-Type"), string(body))
	if carries {
		p = file
	}
	if bot == nil || err != nil || !carries && json.Unmarshal(body, &p) != nil {
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"ok":false,"error_code":404,"description":"Not Found"}`)
		return
	}
	likely := telegramSpoilt
	if t.plant == plantRepeated {
		likely = oftenSpoilt
	}
	m := t.fate.spoil(likely)
	if method == "sendMessage" || carries {
		t.watch(p.Text)
		bot.note(base(p.Text), m.unclear())
	}
	var result any
	refused := ""
	if m.acts() {
		result, refused = t.do(r.Context(), bot, method, p)
	}
	answer := object{"ok": true, "result": result}
	if refused != "" {
		answer = object{"ok": false, "error_code": 400, "description": "Bad Request: " + refused}
	}
	text, err := json.Marshal(answer)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	t.fate.answer(w, m, text, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}`)
	if method == "sendMessage" || carries {
		bot.note(base(p.Text), m.unclear())
	}
}

// telegramCall is what a call says.
type telegramCall struct {
	Chat    int64  `json:"chat_id"`
	Text    string `json:"text"`
	Message int64  `json:"message_id"`
	Offset  int64  `json:"offset"`
	Timeout int    `json:"timeout"`
	URL     string `json:"url"`
	Secret  string `json:"secret_token"`
}

// note keeps when a text was sent, and whether its sender was left unclear.
func (b *telegramBot) note(text string, unclear bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[text] = time.Now()
	if unclear {
		b.blind[text] = true
	}
}

// watch looks that nothing comes out that is for agents only.
func (t *telegramNet) watch(text string) {
	if isInside(text) {
		t.siege.fail("Telegram was sent a note: %q", text)
	}
}

func (t *telegramNet) do(ctx context.Context, b *telegramBot, method string, p telegramCall) (result any, refused string) {
	switch method {
	case "getMe":
		return object{"id": 1, "is_bot": true, "username": "soak_bot"}, ""
	case "getUpdates":
		return b.updates(ctx, p), ""
	case "deleteWebhook", "setWebhook":
		b.mu.Lock()
		defer b.mu.Unlock()
		b.hook, b.secret = p.URL, p.Secret
		return true, ""
	case "getWebhookInfo":
		b.mu.Lock()
		defer b.mu.Unlock()
		return object{"url": b.hook, "pending_update_count": 0}, ""
	case "sendMessage":
		return t.send(b, p), ""
	case "sendPhoto", "sendDocument":
		return t.keep(b, p), ""
	case "editMessageText", "deleteMessage":
		t.watch(p.Text)
		return true, b.change(method, p)
	}
	return true, ""
}

// The faults that are planted in the networks: the harness has to find each.
const (
	plantDoubled   = "doubled"   // Telegram shows one of the messages twice
	plantSwallowed = "swallowed" // Telegram says that it has one, and does not
	plantTurned    = "turned"    // Telegram shows two in the other order
	plantUnposted  = "unposted"  // Slack says that it has posted one, and has not
)

// plantedEvery is how many messages pass between two of the network's own faults.
const plantedEvery = 5

func (t *telegramNet) send(b *telegramBot, p telegramCall) object {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts++
	at, made := b.chat(p.Chat), telegramPost{id: b.posts, text: p.Text}
	planted := b.posts%plantedEvery == 0
	if !planted || t.plant != plantSwallowed {
		at.posts = append(at.posts, made)
	}
	n := len(at.posts)
	switch {
	case planted && t.plant == plantDoubled:
		at.posts = append(at.posts, made)
	case planted && t.plant == plantTurned && n > 1:
		at.posts[n-1], at.posts[n-2] = at.posts[n-2], at.posts[n-1]
	}
	return object{"message_id": made.id, "date": time.Now().Unix(), "chat": object{"id": p.Chat, "type": "private"}, "text": p.Text}
}

// keep shows a file.
func (t *telegramNet) keep(b *telegramBot, p telegramCall) object {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts++
	at := b.chat(p.Chat)
	at.posts = append(at.posts, telegramPost{id: b.posts, text: p.Text, file: true})
	return object{"message_id": b.posts, "date": time.Now().Unix(), "chat": object{"id": p.Chat, "type": "private"}}
}

func (b *telegramBot) chat(id int64) *telegramChat {
	if b.chats[id] == nil {
		b.chats[id] = &telegramChat{}
	}
	return b.chats[id]
}

// change edits or deletes one of the bot's messages, and says as Telegram does why it cannot.
func (b *telegramBot) change(method string, p telegramCall) (refused string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.chat(p.Chat)
	i := slices.IndexFunc(at.posts, func(m telegramPost) bool { return m.id == p.Message && !m.deleted })
	switch {
	case i < 0 && method == "deleteMessage":
		return "message to delete not found"
	case i < 0:
		return "message to edit not found"
	case method == "deleteMessage":
		at.posts[i].deleted = true
	case at.posts[i].text == p.Text:
		return "message is not modified"
	default:
		at.posts[i].text = p.Text
	}
	return ""
}

// shows gives what a chat shows of the bot.
func (b *telegramBot) shows(chat int64) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []string
	for _, m := range b.chat(chat).posts {
		if !m.deleted && !m.file {
			all = append(all, m.text)
		}
	}
	return all
}

// mayBe tells whether the sender of a text cannot know what came of it: a call with it went wrong, or was made just before the program
// was killed, or would have been made then.
func (b *telegramBot) mayBe(text string, kills []time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, sent := b.calls[text]
	return b.blind[text] || !sent && len(kills) > 0 || sent && slices.ContainsFunc(kills, func(kill time.Time) bool { return kill.Sub(at).Abs() < 3*time.Second })
}

// updates forgets what is before the offset, and gives what is left of the queue, or waits for some.
func (b *telegramBot) updates(ctx context.Context, p telegramCall) []object {
	deadline := time.After(time.Duration(p.Timeout) * time.Second)
	for {
		b.mu.Lock()
		b.queue = slices.DeleteFunc(b.queue, func(u telegramUpdate) bool { return u.id < p.Offset })
		given := make([]object, 0, len(b.queue))
		for _, u := range b.queue {
			given = append(given, u.body)
		}
		news := b.news
		b.mu.Unlock()
		if len(given) > 0 {
			return given
		}
		select {
		case <-news:
		case <-deadline:
			return given
		case <-ctx.Done():
			return given
		}
	}
}

// tell tells the bot of something that was done in a chat: it is brought, or waits to be asked for.
func (t *telegramNet) tell(ctx context.Context, b *telegramBot, chat int64, what string, message object) {
	b.mu.Lock()
	b.next++
	u := telegramUpdate{b.next, chat, object{"update_id": b.next, what: message}}
	hook, at := b.hook, b.chat(chat)
	if hook == "" {
		b.queue = append(b.queue, u)
		close(b.news)
		b.news = make(chan struct{})
	}
	b.mu.Unlock()
	if hook != "" {
		at.hook.Lock()
		defer at.hook.Unlock()
		t.bring(ctx, b, u)
	}
}

// bring calls the bot until it has taken the update, as Telegram does, only sooner.
func (t *telegramNet) bring(ctx context.Context, b *telegramBot, u telegramUpdate) {
	text, err := json.Marshal(u.body)
	if err != nil { // words and numbers always marshal
		panic(err)
	}
	for ctx.Err() == nil {
		taken := t.call(ctx, b, text)
		if taken && t.fate.strikes(toldTwice, 0.02) {
			taken = t.call(ctx, b, text)
		}
		if taken && !t.fate.strikes(unheard, 0.02) {
			return
		}
		t.siege.retried()
		pause(ctx, 50*time.Millisecond+t.fate.within(200*time.Millisecond))
	}
}

func (t *telegramNet) call(ctx context.Context, b *telegramBot, text []byte) (taken bool) {
	b.mu.Lock()
	hook, secret := b.hook, b.secret
	b.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(text))
	if err != nil {
		t.siege.fail("the webhook's address is none: %v", err)
		return true
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode == http.StatusOK
}

// telegramCustomer writes one numbered message after another to a bot, and now and then edits one.
type telegramCustomer struct {
	net   *telegramNet
	bot   *telegramBot
	chat  int64
	name  string
	pace  func() time.Duration
	ended chan struct{}

	mu   sync.Mutex
	said []string // as it stands
}

func (c *telegramCustomer) label() string         { return c.name }
func (c *telegramCustomer) done() <-chan struct{} { return c.ended }

func (c *telegramCustomer) told() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.said)
}

func (c *telegramCustomer) sees() []string { return c.bot.shows(c.chat) }

func (c *telegramCustomer) mayMiss(text string, kills []time.Time) bool {
	return c.bot.mayBe(text, kills)
}

const editsEvery = 7 // messages: one is edited

// run writes until the siege ends.
func (c *telegramCustomer) run(ctx context.Context) {
	defer close(c.ended)
	for n := 1; !c.net.siege.stopping.Load() && ctx.Err() == nil; n++ {
		text := fmt.Sprintf("%s %07d", c.name, n)
		c.say(ctx, "message", n, text, nil)
		c.mu.Lock()
		c.said = append(c.said, text)
		c.mu.Unlock()
		c.net.siege.told.Add(1)
		if pause(ctx, c.pace()); n%editsEvery == 0 {
			text += " edited"
			c.say(ctx, "edited_message", n, text, object{"edit_date": time.Now().Unix()})
			c.mu.Lock()
			c.said[n-1] = text
			c.mu.Unlock()
			c.net.siege.edits.Add(1)
		}
	}
}

func (c *telegramCustomer) say(ctx context.Context, what string, n int, text string, more object) {
	message := object{
		"message_id": 1_000_000*c.chat + int64(n), "date": time.Now().Unix(), "text": text,
		"from": object{"id": c.chat, "is_bot": false, "first_name": c.name}, "chat": object{"id": c.chat, "type": "private"},
	}
	for k, v := range more {
		message[k] = v
	}
	c.net.tell(ctx, c.bot, c.chat, what, message)
}
