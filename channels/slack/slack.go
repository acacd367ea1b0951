package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/channels"
	"parley/core"
)

// Kind is what core.Channel.Kind says of a Slack app.
const Kind = "slack"

// Capabilities is what the app can do in a channel. The rates are those that Slack names:
// https://docs.slack.dev/apis/web-api/rate-limits
var Capabilities = core.Capabilities{
	EditOut: true, DeleteOut: true, EditIn: true, DeleteIn: true, ReplyOut: true, Finds: true, FilesIn: true, FilesOut: true,
	MaxText:          3000, // of one text; 4,000 are advised, 40,000 are cut
	ConversationRate: core.Rate{Calls: 1, Per: time.Second, Burst: 3},
	ChannelRate:      core.Rate{Calls: 20, Per: time.Second, Burst: 20},
}

// The modes: how events come.
const (
	ModeSocket = "socket" // over a WebSocket that Parley opens
	ModeEvents = "events" // Slack calls
)

// Settings is an app's document.
type Settings struct {
	Mode string `json:"mode"` // "": socket
	Team string `json:"team"` // the workspace's id, as auth.test names it
	App  string `json:"app"`  // the app's id, "" where Slack did not say
	Bot  string `json:"bot"`  // the app's user in the workspace
	Rooms
	// LinkByEmail lets a member of the workspace who is linked to nobody be the agent who has their e-mail address.
	LinkByEmail bool `json:"link_by_email,omitempty"`
	// DND is what linked agents are while they are not to be disturbed in Slack, if they are more than that otherwise: busy or away; "": what they say.
	DND core.Availability `json:"dnd,omitempty"`
	channels.Rated
}

// What Slack's ids look like. Their length has changed before.
var (
	aTeam = regexp.MustCompile(`^[TE][A-Z0-9]{1,20}$`)
	aUser = regexp.MustCompile(`^[UW][A-Z0-9]{1,20}$`)
	anApp = regexp.MustCompile(`^(A[A-Z0-9]{1,20})?$`)
	aRoom = regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`)
)

// ParseSettings reads a channel's document. The error is Invalid.
func ParseSettings(document json.RawMessage) (Settings, error) {
	var s Settings
	if err := channels.ReadSettings(document, &s); err != nil {
		return Settings{}, err
	}
	if s.Mode == "" {
		s.Mode = ModeSocket
	}
	switch {
	case s.Mode != ModeSocket && s.Mode != ModeEvents:
		return Settings{}, invalid("mode", "is neither socket nor events")
	case !aTeam.MatchString(s.Team):
		return Settings{}, invalid("team", "is not a workspace's id")
	case !aUser.MatchString(s.Bot):
		return Settings{}, invalid("bot", "is not a user's id")
	case !anApp.MatchString(s.App):
		return Settings{}, invalid("app", "is not an app's id")
	case s.DND != "" && s.DND != core.AgentBusy && s.DND != core.AgentAway:
		return Settings{}, invalid("dnd", "is neither busy nor away")
	}
	if err := s.Check(); err != nil {
		return Settings{}, err
	}
	return s, s.Rates.Check()
}

// CheckRoom says whether something looks like the id of a channel in Slack. The error is Invalid, with the field.
func CheckRoom(field, room string) error {
	if !aRoom.MatchString(room) {
		return invalid(field, "is not the id of a channel in Slack, such as C0123456789")
	}
	return nil
}

func invalid(field, reason string) error {
	return &core.Error{Op: "slack.Settings", Kind: core.Invalid, Field: field, Reason: reason}
}

// Secrets are an app's keys. They are sealed as one.
type Secrets struct {
	Bot     core.Secret // xoxb-…
	App     core.Secret // xapp-…, for the mode socket
	Signing core.Secret // for the mode events
}

// keys are Secrets as they are sealed. A core.Secret writes itself as [redacted].
type keys struct {
	Bot     string `json:"bot"`
	App     string `json:"app,omitempty"`
	Signing string `json:"signing,omitempty"`
}

// Sealed gives the keys as the one secret of a channel.
func (s Secrets) Sealed() core.Secret {
	b, err := json.Marshal(keys{Bot: s.Bot.Reveal(), App: s.App.Reveal(), Signing: s.Signing.Reveal()})
	if err != nil { // words always marshal
		panic(err)
	}
	return core.Secret(b)
}

// ParseSecrets reads what Sealed wrote. The error is Invalid.
func ParseSecrets(sealed core.Secret) (Secrets, error) {
	var k keys
	if err := json.Unmarshal([]byte(sealed.Reveal()), &k); err != nil || k.Bot == "" {
		// The cause would show what could not be read.
		return Secrets{}, &core.Error{Op: "slack.ParseSecrets", Kind: core.Invalid, Reason: "The keys of the app cannot be read."}
	}
	return Secrets{Bot: core.Secret(k.Bot), App: core.Secret(k.App), Signing: core.Secret(k.Signing)}, nil
}

// Config is what an app's adapter needs.
type Config struct {
	Channel  core.Channel
	Secrets  Secrets
	APIURL   string // "": Slack's own; ends in /api/
	Desk     core.Desk
	Inbox    core.Inbox // of customers, where there are rooms for them
	Public   string     // of this installation: sessions are opened there
	Clock    core.Clock
	Client   *http.Client        // nil: an own one
	Log      *slog.Logger        // nil: none
	Received func()              // called when an event has been stored or done; may be nil
	Trouble  func(reason string) // told what is wrong while it goes on trying, "" when all is well again; may be nil
}

// Adapter speaks for one app. All its methods may be called by many at once, but for Run.
type Adapter struct {
	config   Config
	settings Settings
	can      core.Capabilities
	api      *client
	posts    sightings // own posts that have come back
	lanes    lanes
	people   people
	homes    homes
	roots    memory    // cards that have come back
	others   memory    // young threads that have not become known
	told     memory    // whom a thread has explained to why nothing is sent
	handled  memory    // messages that were looked at, whatever came of them
	erased   memory    // messages that were deleted before they came
	edits    sightings // when a message was edited last, as Slack counts
	asked    sightings // of which edit of a message its author was asked last whether it is for the customer
	uploads  sightings // files whose bytes Slack has, by what they are owed for
	shared   sightings // in which message a file of ours has come back
	codes    attempts
	begun    memory        // conversations that a customer's message begins, stored or not
	owners   sightings     // who began a conversation
	threads  sightings     // the root of the thread in which a direct message stands
	doubt    chan struct{} // Slack says that the app was removed: ask
	chance   func() float64
	pace     pace

	mu       sync.Mutex
	problems [troubles]string // what is wrong, by where it shows
	refusing string           // the room in which the app may not write, "" for none
	problem  string           // what Trouble was told last
	missing  []string         // permissions that the app was not given, as Slack told last
}

// pace is how long things take that tests do not wait for.
type pace struct {
	home  time.Duration // between two times that homes are shown anew
	look  time.Duration // between two looks whether the token is good
	rest  time.Duration // between two looks who is not to be disturbed
	hold  time.Duration // in which an event may be overtaken by an older one
	fresh time.Duration // in which a customer keeps the name that Slack has told last
	patch time.Duration // that a thread may take to become known
	drain time.Duration // in which a connection that is left is still read
	quiet time.Duration // after which a connection that says nothing is dead
	pause time.Duration // the longest between two tries
}

var usualPace = pace{home: 3 * time.Second, look: 5 * time.Minute, rest: 2 * time.Minute, hold: 60 * time.Millisecond, fresh: time.Minute,
	patch: 1500 * time.Millisecond, drain: 2 * time.Second,
	quiet: 40 * time.Second, pause: time.Minute}

// New makes an app's adapter. It does no I/O. The error is Invalid for wrong settings, and Unauthorized where a key is missing.
func New(c Config) (*Adapter, error) {
	const op = "slack.New"
	settings, err := ParseSettings(c.Channel.Settings)
	if err != nil {
		return nil, err
	}
	missing := ""
	switch {
	case c.Secrets.Bot == "":
		missing = "The bot token of the app is missing."
	case settings.Mode == ModeSocket && c.Secrets.App == "":
		missing = "The app-level token of the app is missing."
	case settings.Mode == ModeEvents && c.Secrets.Signing == "":
		missing = "The signing secret of the app is missing."
	}
	if missing != "" {
		return nil, &core.Error{Op: op, Kind: core.Unauthorized, Reason: missing}
	}
	if c.APIURL != "" {
		u, err := url.Parse(c.APIURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || !strings.HasSuffix(c.APIURL, "/") {
			return nil, &core.Error{Op: op, Kind: core.Invalid, Field: "slack_api_url", Reason: "is not like https://slack.com/api/"}
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{
		config: c, settings: settings, can: settings.Rates.Of(Capabilities), api: newClient(c.Client, c.APIURL, c.Secrets),
		doubt: make(chan struct{}, 1), chance: rand.Float64, pace: usualPace,
	}
	return a, nil
}

// Capabilities says what the channel can do.
func (a *Adapter) Capabilities() core.Capabilities { return a.can }

// Run receives until ctx ends. It goes on over all that passes, and tells of it by Trouble. The error is Unauthorized when Slack
// refuses a token. In the mode events it looks after the token only: events come to ServeHTTP, on any node.
func (a *Adapter) Run(ctx context.Context) error {
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return a.watch(running) })
	group.Go(func() error { return a.keepHomes(running) })
	if a.settings.DND != "" {
		group.Go(func() error { return a.keepQuiet(running) })
	}
	if a.settings.Mode == ModeSocket {
		group.Go(func() error { return a.listen(running) })
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// watch looks now and then, and when Slack says that the app was removed, whether the token is good.
func (a *Adapter) watch(ctx context.Context) error {
	for failures := int64(0); ; {
		pause := a.pace.look
		_, err := a.whoami(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case core.KindOf(err) == core.Unauthorized:
			return err
		case err != nil:
			pause = a.rest(failures, err)
			failures++
		default:
			failures = 0
		}
		a.trouble(troubleToken, reasonOf(err), err)
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-a.doubt:
		}
		timer.Stop()
	}
}

// whoami asks Slack whose the token is. The error is Unauthorized, too, if it is another workspace's than the channel's.
func (a *Adapter) whoami(ctx context.Context) (string, error) {
	who, err := a.api.api.AuthTestContext(ctx)
	if err != nil {
		return "", asked("slack.Run", err)
	}
	if who.TeamID != a.settings.Team || who.UserID != a.settings.Bot {
		return "", &core.Error{Op: "slack.Run", Kind: core.Unauthorized, Reason: "The token is one of another app or workspace."}
	}
	a.permitted(who.Header)
	return fmt.Sprintf("Slack knows the app as %s in %s.", channels.CleanName(who.User), channels.CleanName(who.Team)), nil
}

// Check asks Slack who the app is, and whether events come. The answer is a line for people.
func (a *Adapter) Check(ctx context.Context) (string, error) {
	line, err := a.whoami(ctx)
	if err != nil {
		return "", err
	}
	if a.settings.Mode == ModeEvents {
		line += " Slack calls this server, at " + strings.TrimRight(a.config.Public, "/") + "/hooks/" + Kind + "/" + a.config.Channel.Slug + "."
	} else {
		if _, _, err := a.api.api.StartSocketModeContext(ctx); err != nil {
			return "", asked("slack.Check", err)
		}
		line += " Parley opens a connection to it."
	}
	if problem := a.ails(); problem != "" {
		line += " " + problem
	}
	return line, nil
}

// rest is how long to wait after a failure.
func (a *Adapter) rest(failures int64, err error) time.Duration {
	return max(min(core.Pause(failures, a.chance()), a.pace.pause), pauseOf(err))
}

// remote names a message as core keeps it: timestamps are unique within a channel only.
func remote(room, ts string) core.RemoteID { return core.RemoteID(room + "/" + ts) }

// person names somebody as core keeps them.
func person(team, user string) core.RemoteID { return core.RemoteID(team + "/" + user) }
