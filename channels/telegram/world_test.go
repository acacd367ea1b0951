package telegram

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot/models"

	"parley/channels/channeltest"
	"parley/core"
)

// world is a Telegram with one bot, for the suite: a Bot API that is called by RoundTrip, chats with customers, and the updates that the
// bot has not been seen to have. It is as strict as the real one where an adapter could go wrong.
type world struct {
	mu      sync.Mutex
	clock   core.Clock
	token   core.Secret // the good one
	down    bool
	rival   bool // another program asks for updates, or has them brought to itself
	chats   map[int64]*place
	feed    []told
	newest  told          // that was told, whether it was had or not
	next    int64         // number of the newest update
	date    int64         // of the newest thing, in seconds
	allowed []string      // the kinds of update that the bot wants; nil: those that all bots get
	reader  chan struct{} // of whoever waits for updates: closed when another does
	hook    hook
	changed chan struct{} // closed when anything has
	faults  map[int64][]*ordered
	spoils  map[string][]*ordered         // of calls with a file, by its name
	offered map[string]channeltest.Upload // by file_id
}

// told is an update.
type told struct {
	number int64
	chat   int64
	raw    []byte
}

// hook is what Telegram knows of a webhook.
type hook struct {
	url, secret string
	most        int // connections
	failedAt    int64
	failure     string
}

// ordered is a fault of the next calls.
type ordered struct {
	channeltest.Fault
	times int
}

func newWorld(token core.Secret) *world {
	return &world{
		clock: core.SystemClock, token: token, chats: map[int64]*place{}, next: 871_000_000, changed: make(chan struct{}),
		faults: map[int64][]*ordered{}, spoils: map[string][]*ordered{}, offered: map[string]channeltest.Upload{},
	}
}

// wanted is all that any method is asked with.
type wanted struct {
	Chat      int64                  `json:"chat_id"`
	Message   int64                  `json:"message_id"`
	Text      string                 `json:"text"`
	Entities  []models.MessageEntity `json:"entities"`
	ParseMode string                 `json:"parse_mode"`
	Reply     *struct {
		Message int64 `json:"message_id"`
		Without bool  `json:"allow_sending_without_reply"`
	} `json:"reply_parameters"`
	Reaction []struct {
		Type  string `json:"type"`
		Emoji string `json:"emoji"`
	} `json:"reaction"`

	Offset      int64    `json:"offset"`
	Limit       int      `json:"limit"`
	Timeout     int      `json:"timeout"`
	Allowed     []string `json:"allowed_updates"`
	URL         string   `json:"url"`
	Secret      string   `json:"secret_token"`
	Connections int      `json:"max_connections"`
	Forget      bool     `json:"drop_pending_updates"`

	FileID string `json:"file_id"`
	sent          // what came in a form
}

// reply is what a call is answered with.
type reply struct {
	status int
	body   string
}

var (
	errRefused = errors.New("connect: connection refused")
	errReset   = errors.New("read: connection reset by peer")
)

// RoundTrip answers a call of the Bot API. Where there is to be no connection, the last byte of the call is not taken.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.Path, "/file/") {
		return w.give(r)
	}
	defer r.Body.Close()
	head, err := io.ReadAll(io.LimitReader(r.Body, r.ContentLength-1))
	if err != nil {
		return nil, err
	}
	want, end, peeked := peek(r.Header.Get("Content-Type"), head)
	w.mu.Lock()
	fault, down, token := w.failing(want), w.down, w.token.Reveal()
	w.mu.Unlock()
	if down || fault.Kind == channeltest.Drop && !fault.Done {
		return nil, errRefused
	}
	if tail, err := io.ReadAll(r.Body); err != nil || string(tail) != end || peeked != nil {
		return respond(http.StatusBadRequest, no(400, "Bad Request: can't parse the request").body), nil
	}
	called, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/bot"), "/")
	var given reply
	switch {
	case called != token:
		given = no(401, "Unauthorized")
	case fault.Kind == "" || fault.Done || fault.Kind == channeltest.Hang:
		if given, err = w.do(r.Context(), called, method, want); err != nil {
			return nil, err
		}
	}
	switch fault.Kind {
	case "":
	case channeltest.Drop:
		return nil, errReset
	case channeltest.Hang:
		select {
		case <-fault.Until:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	default:
		given = spoilt(fault, token)
	}
	return respond(given.status, given.body), nil
}

// failing takes the next fault that was ordered for a file, or for a chat; 0: for calls that concern none. The lock is held.
func (w *world) failing(want wanted) channeltest.Fault {
	if want.FileID != "" { // its address is still to be had
		return channeltest.Fault{}
	}
	if f := next(w.spoils, want.name); f.Kind != "" {
		return f
	}
	return next(w.faults, want.Chat)
}

func next[K comparable](faults map[K][]*ordered, of K) channeltest.Fault {
	all := faults[of]
	if len(all) == 0 {
		return channeltest.Fault{}
	}
	if all[0].times--; all[0].times == 0 {
		faults[of] = all[1:]
	}
	return all[0].Fault
}

// spoilt is the answer to a call that goes wrong. It repeats the token, as servers do that show what they were asked.
func spoilt(f channeltest.Fault, token string) reply {
	switch f.Kind {
	case channeltest.Throttle:
		r := no(429, "Too Many Requests: bot"+token)
		if f.RetryAfter >= 0 {
			r.body = fmt.Sprintf(`%s,"parameters":{"retry_after":%d}}`, strings.TrimSuffix(r.body, "}"), int64(math.Ceil(f.RetryAfter.Seconds())))
		}
		return r
	case channeltest.ServerError:
		return no(500, "Internal Server Error: bot"+token)
	case channeltest.Page:
		return reply{502, "<html><h1>502 Bad Gateway</h1>/bot" + token + "</html>"}
	case channeltest.BrokenJSON:
		return reply{200, `{"ok":true,"result":{"message_id":"` + token}
	case channeltest.Refusal:
		return no(400, "Bad Request: MOON_PHASE_INVALID: bot"+token)
	}
	panic("a fault that this world does not know: " + f.Kind)
}

func yes(result any) reply {
	raw, err := json.Marshal(result)
	if err != nil {
		panic(err)
	}
	return reply{200, `{"ok":true,"result":` + string(raw) + `}`}
}

func no(code int, description string) reply {
	return reply{code, fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, code, description)}
}

// do does what is asked for.
func (w *world) do(ctx context.Context, token, method string, want wanted) (reply, error) {
	switch method {
	case "getUpdates":
		return w.updates(ctx, token, want)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch method {
	case "getFile":
		return w.find(want.FileID), nil
	case "getMe":
		return yes(theBot), nil
	case "setWebhook", "deleteWebhook":
		if want.URL != "" && !strings.HasPrefix(want.URL, "https://") {
			return no(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"), nil
		}
		if want.Forget {
			w.feed = nil
		}
		w.hook = hook{url: want.URL, secret: want.Secret, most: cmp.Or(want.Connections, 40)}
		w.allow(want.Allowed)
		w.change()
		return yes(true), nil
	case "getWebhookInfo":
		info := models.WebhookInfo{
			URL: w.hook.url, PendingUpdateCount: len(w.feed), LastErrorDate: int(w.hook.failedAt), LastErrorMessage: w.hook.failure,
		}
		if w.rival {
			info.URL = "https://rival.test/bot"
		}
		return yes(info), nil
	}
	at := w.chats[want.Chat]
	if at == nil {
		return no(400, "Bad Request: chat not found"), nil
	}
	if err, refused := at.refuses(); refused {
		return err, nil
	}
	switch method {
	case "sendPhoto", "sendDocument", "sendAnimation", "sendVideo", "sendAudio", "sendVoice":
		return at.show(method, want.sent, w.now()), nil
	case "sendMessage":
		return at.send(want, w.now()), nil
	case "editMessageText":
		return at.edit(want), nil
	case "deleteMessage":
		return at.delete(want), nil
	case "setMessageReaction":
		return at.react(want), nil
	case "sendChatAction":
		return yes(true), nil
	}
	return no(404, "Not Found: method not found"), nil
}

// updates forgets what is before the offset and gives the rest, or waits for some. Of two who ask, the first is turned away.
func (w *world) updates(ctx context.Context, token string, want wanted) (reply, error) {
	late := time.NewTimer(time.Duration(want.Timeout) * time.Second)
	defer late.Stop()
	mine := make(chan struct{})
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hook.url != "" {
		return no(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"), nil
	}
	if w.reader != nil {
		close(w.reader)
	}
	w.reader = mine
	defer func() {
		if w.reader == mine {
			w.reader = nil
		}
	}()
	w.allow(want.Allowed)
	for over := false; ; {
		switch {
		case w.down:
			return reply{}, errReset
		case token != w.token.Reveal():
			return no(401, "Unauthorized"), nil
		case w.rival || w.reader != mine:
			return no(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"), nil
		}
		if len(w.feed) > 0 && w.feed[0].number < want.Offset {
			w.feed = slices.DeleteFunc(w.feed, func(t told) bool { return t.number < want.Offset })
			w.change()
		}
		give := []json.RawMessage{}
		for _, t := range w.feed[:min(len(w.feed), want.Limit)] {
			give = append(give, t.raw)
		}
		if len(give) > 0 || over {
			return yes(give), nil
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-ctx.Done():
		case <-late.C:
			over = true
		case <-mine:
		case <-changed:
		}
		w.mu.Lock()
		if ctx.Err() != nil {
			return reply{}, ctx.Err()
		}
	}
}

// allow notes which updates the bot wants; none are as before. The lock is held.
func (w *world) allow(kinds []string) {
	if len(kinds) > 0 {
		w.allowed = kinds
	}
}

// usual are the updates that bots get unless they say otherwise, as far as this world has them.
var usual = []string{"message", "edited_message", "my_chat_member"}

// tell lets the bot know something that happened in a chat, if it wants to. The lock is held.
func (w *world) tell(chat int64, kind string, body any) {
	w.tellWith(chat, kind, map[string]any{kind: body})
}

// tellWith tells it with other members beside the one that counts. The lock is held.
func (w *world) tellWith(chat int64, kind string, members map[string]any) {
	known := append([]string{"message_reaction"}, usual...)
	want := w.allowed
	if want == nil {
		want = usual
	}
	if slices.Contains(known, kind) && !slices.Contains(want, kind) {
		return
	}
	w.next++
	members["update_id"] = w.next
	raw, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	w.newest = told{w.next, chat, raw}
	w.feed = append(w.feed, w.newest)
	w.change()
}

// again tells what was told last: a webhook as it was, as after an answer that was lost; whoever asks under another number, as after a
// server has lost its notes, for it would not be given what is before the offset. The lock is held.
func (w *world) again() {
	t := w.newest
	if w.hook.url == "" {
		w.next++
		t = told{w.next, t.chat, bytes.Replace(t.raw, fmt.Appendf(nil, `"update_id":%d`, t.number), fmt.Appendf(nil, `"update_id":%d`, w.next), 1)}
		w.newest = t
	}
	w.feed = append(w.feed, t)
	w.change()
}

// change wakes whoever waits. The lock is held.
func (w *world) change() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// now is the time as Telegram tells it: in seconds. The lock is held.
func (w *world) now() int64 {
	w.date = max(w.date, w.clock().Unix())
	return w.date
}
