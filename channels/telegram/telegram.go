package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"golang.org/x/time/rate"

	"parley/channels"
	"parley/core"
)

// Kind is what core.Channel.Kind says of a Telegram bot.
const Kind = "telegram"

// Capabilities is what a bot can do in a private chat. The rates are those that Telegram names:
// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
var Capabilities = core.Capabilities{
	EditOut: true, DeleteOut: true, ReactOut: true, ReplyOut: true, TypingOut: true, EditIn: true, ReactIn: true,
	FilesIn: true, FilesOut: true, MaxFile: 50 << 20,
	MaxText: maxText, Unit: core.UnitUTF16,
	ConversationRate: core.Rate{Calls: 1, Per: time.Second, Burst: 3},
	ChannelRate:      core.Rate{Calls: 25, Per: time.Second, Burst: 25},
}

// maxText is what one message takes, in UTF-16 units: https://core.telegram.org/bots/api#sendmessage
const maxText = 4096

// The modes: how updates come.
const (
	ModePoll    = "poll"    // Parley asks for them
	ModeWebhook = "webhook" // Telegram calls
)

// Settings is a bot's document.
type Settings struct {
	Mode string `json:"mode"` // "": poll
	Bot  int64  `json:"bot"`  // the bot's number, as its token begins: two channels with the same one take updates from each other
	channels.Rated
}

// NewSettings makes settings for the bot of a token; "" is the mode poll. The error is Invalid.
func NewSettings(token core.Secret, mode string) (Settings, error) {
	if err := CheckToken(token); err != nil {
		return Settings{}, err
	}
	s := Settings{Mode: mode, Bot: botOf(token)}
	return s.checked()
}

// ParseSettings reads a channel's document. The error is Invalid.
func ParseSettings(document json.RawMessage) (Settings, error) {
	var s Settings
	if err := channels.ReadSettings(document, &s); err != nil {
		return Settings{}, err
	}
	return s.checked()
}

func (s Settings) checked() (Settings, error) {
	if s.Mode == "" {
		s.Mode = ModePoll
	}
	switch {
	case s.Mode != ModePoll && s.Mode != ModeWebhook:
		return Settings{}, invalid("mode", "is neither poll nor webhook")
	case s.Bot <= 0:
		return Settings{}, invalid("bot", "is not a bot's number")
	}
	return s, s.Rates.Check()
}

// aToken is what BotFather gives: the bot's number and a secret. Its length has changed before.
var aToken = regexp.MustCompile(`^[1-9][0-9]{0,17}:[A-Za-z0-9_-]{1,200}$`)

// CheckToken says whether something looks like a bot's token. The error is Invalid.
func CheckToken(t core.Secret) error {
	if !aToken.MatchString(t.Reveal()) {
		return invalid("token", "is not a bot's token, such as BotFather gives")
	}
	return nil
}

func botOf(t core.Secret) int64 {
	number, _, _ := strings.Cut(t.Reveal(), ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil { // CheckToken has seen it
		panic(err)
	}
	return n
}

func invalid(field, reason string) error {
	return &core.Error{Op: "telegram.Settings", Kind: core.Invalid, Field: field, Reason: reason}
}

// Config is what a bot's adapter needs.
type Config struct {
	Channel       core.Channel
	Token         core.Secret
	WebhookSecret core.Secret // what Telegram says with each call, in the mode webhook; of A-Z a-z 0-9 _ -
	APIURL        string      // "": Telegram's own
	PublicURL     string      // of this installation, for the mode webhook
	Inbox         core.Inbox
	Clock         core.Clock
	Client        *http.Client        // nil: an own one
	Log           *slog.Logger        // nil: none
	Received      func()              // called when an update, or several, have been stored; may be nil
	Trouble       func(reason string) // told what is wrong while it goes on trying, "" when all is well again; may be nil
}

const officialURL = "https://api.telegram.org"

// Adapter speaks for one bot. All its methods may be called by many at once, but for Run.
type Adapter struct {
	config   Config
	settings Settings
	can      core.Capabilities
	api      *client
	chance   func() float64
	pace     *rate.Limiter // for a server that answers at once where it should wait
	hold     time.Duration // how long Telegram waits for updates
	look     time.Duration // between two looks at the webhook

	mu      sync.Mutex
	problem string // what Trouble was told last
}

// New makes a bot's adapter. It does no I/O. The error is Invalid for wrong settings, and Unauthorized for what is no token of the
// channel's bot.
func New(c Config) (*Adapter, error) {
	const op = "telegram.New"
	settings, err := ParseSettings(c.Channel.Settings)
	if err != nil {
		return nil, err
	}
	if CheckToken(c.Token) != nil || botOf(c.Token) != settings.Bot {
		return nil, &core.Error{Op: op, Kind: core.Unauthorized, Reason: "The token is not one of this channel's bot."}
	}
	if c.APIURL == "" {
		c.APIURL = officialURL
	}
	if u, err := url.Parse(c.APIURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "telegram_api_url", Reason: "is not like " + officialURL}
	}
	if settings.Mode == ModeWebhook && (c.WebhookSecret == "" || c.PublicURL == "") {
		return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "mode", Reason: "cannot be webhook without a public address and a secret"}
	}
	c.APIURL, c.PublicURL = strings.TrimRight(c.APIURL, "/"), strings.TrimRight(c.PublicURL, "/")
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Adapter{
		config: c, settings: settings, can: settings.Rates.Of(Capabilities), api: newClient(c.Client, c.APIURL, c.Token),
		chance: rand.Float64, pace: rate.NewLimiter(10, 20), hold: holdTime, look: lookTime,
	}, nil
}

// Capabilities says what the channel can do.
func (a *Adapter) Capabilities() core.Capabilities { return a.can }

// Run receives until ctx ends. It goes on over all that passes, and tells of it by Trouble. The error is Unauthorized when Telegram
// refuses the token, and Invalid when it refuses the address of the webhook.
func (a *Adapter) Run(ctx context.Context) error {
	defer a.api.http.CloseIdleConnections()
	run := a.poll
	if a.settings.Mode == ModeWebhook {
		run = a.watch
	}
	err := run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Check asks Telegram who the bot is, and whether updates come. The answer is a line for people.
func (a *Adapter) Check(ctx context.Context) (string, error) {
	const op = "telegram.Check"
	var me struct {
		Username string `json:"username"`
	}
	if err := a.api.call(ctx, callTime, "getMe", struct{}{}, &me); err != nil {
		return "", asked(op, err)
	}
	hook, err := a.webhook(ctx)
	if err != nil {
		return "", asked(op, err)
	}
	line := "Telegram knows the bot as @" + channels.CleanName(me.Username) + "."
	switch {
	case a.settings.Mode == ModePoll && hook.URL != "":
		return line + " A webhook of another program is set: when this channel starts, it is taken away.", nil
	case a.settings.Mode == ModePoll:
		return line + " Parley asks it for updates.", nil
	}
	if reason := a.ails(hook); reason != "" {
		return line + " " + reason, nil
	}
	return fmt.Sprintf("%s It calls this server; updates that wait: %d.", line, hook.PendingUpdateCount), nil
}

// Typing shows the customer for five seconds that somebody writes.
func (a *Adapter) Typing(ctx context.Context, to core.Address) error {
	chat, err := chatOf(to.Conversation)
	if err != nil {
		return err
	}
	err = a.api.call(ctx, callTime, "sendChatAction", &bot.SendChatActionParams{ChatID: chat, Action: models.ChatActionTyping}, nil)
	if err != nil {
		return asked("telegram.Typing", err)
	}
	return nil
}

// trouble tells what is wrong, "" for nothing, and logs when that changes.
func (a *Adapter) trouble(reason string, err error) {
	a.mu.Lock()
	changed := a.problem != reason
	a.problem = reason
	a.mu.Unlock()
	switch {
	case changed && reason == "":
		a.config.Log.Info("telegram is well again")
	case changed:
		a.config.Log.Warn("telegram is in trouble", "reason", reason, "error", err)
	}
	if a.config.Trouble != nil {
		a.config.Trouble(reason)
	}
}

func (a *Adapter) received() {
	if a.config.Received != nil {
		a.config.Received()
	}
}

// wait waits, or ends with ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// remote names a message as core keeps it: message numbers are unique within a chat only.
func remote(chat, message int64) core.RemoteID {
	return core.RemoteID(strconv.FormatInt(chat, 10) + "/" + strconv.FormatInt(message, 10))
}

// chatOf reads a conversation's id.
func chatOf(conversation core.RemoteID) (int64, error) {
	chat, err := strconv.ParseInt(string(conversation), 10, 64)
	if err != nil {
		return 0, &core.Error{Op: "telegram.chatOf", Kind: core.Invalid, Field: "conversation", Reason: reasonNoChat, Err: err}
	}
	return chat, nil
}

// messageOf reads what remote wrote of a message in the chat.
func messageOf(chat int64, part core.RemoteID) (int, error) {
	in, number, _ := strings.Cut(string(part), "/")
	message, err := strconv.Atoi(number)
	if err != nil || in != strconv.FormatInt(chat, 10) {
		return 0, &core.Error{Op: "telegram.messageOf", Kind: core.NotFound, Reason: reasonMissing, Err: err}
	}
	return message, nil
}
