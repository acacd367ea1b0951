package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/core"
	"parley/core/store/storetest"
)

// cluster is two nodes that share a database and a Redis, and nothing else: Anna works at the first, Boris at the second.
type cluster struct {
	*place
	db          *pgx.Conn
	redis       *storetest.RedisServer
	bot         *botAPI
	nodes       [2]*server
	anna, boris caller
}

// leeway is what a busy machine may add to a time that is promised.
const leeway = 20 * time.Second

func newCluster(t *testing.T) *cluster {
	t.Helper()
	database := storetest.Postgres(t)
	c := &cluster{redis: storetest.Redis(t), bot: newBotAPI(t)}
	c.place = newPlace(t, "PARLEY_DATABASE_URL="+database, "PARLEY_REDIS_URL="+c.redis.URL(), "PARLEY_SECRET_KEY="+core.NewKey().Text().Reveal(),
		"PARLEY_TELEGRAM_API_URL="+c.bot.url)
	anna := c.people()
	c.must("agent", "add", "--email", "boris@example.test", "--name", "Boris Lind", "--operator", "Support", "--supervisor", "Support",
		"--password-file", c.file("password", password+"\n"))
	boris := strings.TrimSpace(c.must("key", "add", "--agent", "boris@example.test", "--name", "test"))
	c.must("channel", "add", "telegram", "--department", "support", "--token-file", c.file("token", botToken+"\n"))
	for i := range c.nodes {
		c.nodes[i] = c.with("PARLEY_DATA_DIR=" + t.TempDir()).serve()
	}
	c.anna, c.boris = c.nodes[0].withKey(anna), c.nodes[1].withKey(boris)
	var err error
	if c.db, err = pgx.Connect(t.Context(), database); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.db.Close(context.Background()) })
	return c
}

// ask reads one value from the database.
func ask[V any](c *cluster, query string) (v V) {
	c.t.Helper()
	if err := c.db.QueryRow(context.Background(), query).Scan(&v); err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// answer lets an agent say something in a session.
func (c caller) answer(t *testing.T, session, text string) {
	t.Helper()
	c.must(t, "POST", "/api/v1/sessions/"+session+"/messages", object{"client_id": unique(), "kind": "reply", "text": text}, nil)
}

// session gives the session whose newest message is the text.
func (c caller) session(t *testing.T, preview string) (id string) {
	t.Helper()
	eventually(t, patience, func() string {
		for _, s := range c.sessions(t) {
			if s.Preview == preview {
				id = s.ID
				return ""
			}
		}
		return fmt.Sprintf("no session with %q", preview)
	})
	return id
}

// shows waits until a socket shows a text, and gives how long that took.
func (l *link) shows(t *testing.T, text string) time.Duration {
	t.Helper()
	begun := time.Now()
	for {
		if f := l.await(t, "events"); strings.Contains(fmt.Sprint(f["events"]), text) {
			return time.Since(begun)
		}
	}
}

// watch opens an agent's stream and follows a session.
func (c caller) watch(t *testing.T, session string) *link {
	t.Helper()
	l, _ := dial(t, c.url+"/api/v1/events", c.header)
	l.await(t, "hello")
	l.send(t, object{"type": "follow", "sessions": []string{session}})
	l.await(t, "following")
	return l
}

// fastest tries until it took no longer than a time, for as long as a test waits, and gives the best. Each try begins as soon as the one
// before is done: by looking alone each would take a whole pause between two looks.
func fastest(enough time.Duration, try func(i int) time.Duration) time.Duration {
	best := time.Hour
	for i, begun := 0, time.Now(); best > enough && time.Since(begun) < patience; i++ {
		best = min(best, try(i))
	}
	return best
}

func TestTwoNodesAreOneHub(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	visitor := c.nodes[0].visit("support-widget", shop)
	visitor.say(t, "01990000-0000-7000-8000-000000000001", "Hello from here")
	id := c.boris.session(t, "Hello from here")
	c.boris.must(t, "POST", "/api/v1/sessions/"+id+"/take", object{}, nil)
	stream := c.boris.watch(t, id)
	n := 1
	there := func(int) time.Duration {
		n++
		text := fmt.Sprint("question ", n, ".")
		visitor.send(t, object{"type": "message", "id": fmt.Sprintf("01990000-0000-7000-8000-%012d", n), "text": text})
		return stream.shows(t, text)
	}
	back := func(int) time.Duration {
		n++
		text := fmt.Sprint("answer ", n, ".")
		begun := time.Now()
		c.boris.answer(t, id, text)
		visitor.shows(t, text)
		return time.Since(begun)
	}
	byBell := func(when string) {
		t.Helper()
		if to, from := fastest(lookTime/2, there), fastest(lookTime/2, back); to > lookTime/2 || from > lookTime/2 {
			t.Errorf("%s: the fastest message took %v to the agent and %v to the customer, as if there were no bell", when, to, from)
		}
	}
	byBell("at first")
	stream.send(t, object{"type": "typing", "session": id})
	visitor.await(t, "typing") // a hint is found by no look

	c.oneTakes(t)
	telegram := c.boris.session(t, "Hello from Telegram")
	c.oneSends(t, telegram)
	c.bothAreThere(t)

	c.redis.Kill()
	if to, from := there(0), back(0); to > 2*time.Second+leeway || from > 2*time.Second+leeway {
		t.Errorf("without Redis: a message took %v to the agent and %v to the customer, want at most 2 s", to, from)
	} else {
		t.Logf("without Redis: %v to the agent, %v to the customer", to, from)
	}
	c.oneCloses(t, visitor)
	c.redis.Start()
	for _, node := range c.nodes {
		node.logged("Redis is back", patience)
	}
	byBell("after Redis came back")

	c.oneSleeps(t, telegram)
	for _, node := range c.nodes {
		node.stop()
		if strings.Contains(node.stderr.String(), botToken) {
			t.Error("the bot's token is in a log")
		}
	}
	if left := ask[int](c, "SELECT count(*) FROM presence WHERE until > extract(epoch FROM now()) * 1000000"); left != 0 {
		t.Errorf("after the stop %d agents are said to be there", left)
	}
	if got := c.must("doctor"); !strings.HasPrefix(got, allWell) || !strings.Contains(got, "0 of 2 operators") {
		t.Errorf("doctor: got %q", got)
	}
}

// oneCloses switches the department off at one node, while no bell rings: who is connected to the other learns of it in time (FEATURES C17), and goes on.
func (c *cluster) oneCloses(t *testing.T, visitor *link) {
	t.Helper()
	var departments struct{ Items []struct{ ID string } }
	c.boris.must(t, "GET", "/api/v1/departments", nil, &departments)
	for _, on := range []bool{false, true} {
		begun := time.Now()
		c.boris.must(t, "PUT", "/api/v1/departments/"+departments.Items[0].ID+"/switch", object{"on": on}, nil)
		closed := visitor.await(t, "status")["closed"]
		if took := time.Since(begun); (closed == nil) != on || took > 2*time.Second+leeway {
			t.Errorf("switched on: %v: told that it is closed: %v, after %v", on, closed, took)
		}
	}
}

// oneTakes lets two agents on two nodes take one session at a time, again and again (RELIABILITY 6).
func (c *cluster) oneTakes(t *testing.T) {
	t.Helper()
	visitor := c.nodes[1].visit("support-widget", shop)
	visitor.say(t, "01990000-0000-7000-9000-000000000001", "Who takes me?")
	id := c.anna.session(t, "Who takes me?")
	const rounds = 100
	agents := map[string]caller{"Anna Berg": c.anna, "Boris Lind": c.boris}
	won := map[string]int{}
	for round := range rounds {
		barrier := make(chan struct{})
		var mu sync.Mutex
		var racing sync.WaitGroup
		var winners, losers []string
		for name, agent := range agents {
			racing.Go(func() {
				<-barrier
				status, err := agent.call("POST", "/api/v1/sessions/"+id+"/take", object{}, nil)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && status < 300:
					winners = append(winners, name)
				case status == http.StatusConflict:
					losers = append(losers, name)
				default:
					t.Errorf("round %d: %s got %d, %v", round, name, status, err)
				}
			})
		}
		close(barrier)
		racing.Wait()
		if len(winners) != 1 || len(losers) != 1 {
			t.Fatalf("round %d: won by %q, lost by %q", round, winners, losers)
		}
		won[winners[0]]++
		agents[winners[0]].must(t, "POST", "/api/v1/sessions/"+id+"/release", object{}, nil)
	}
	if won["Anna Berg"] == 0 || won["Boris Lind"] == 0 {
		t.Errorf("got %v: one always wins, so that nothing was a race", won)
	}
	if taken := ask[int](c, "SELECT count(*) FROM log WHERE kind = 'taken' AND text = '' AND session = (SELECT session FROM log WHERE text = 'Who takes me?')"); taken != rounds {
		t.Errorf("got %d events for %d races", taken, rounds)
	}
}

// runner finds the node that runs the Telegram channel, and the other one.
func (c *cluster) runner() (runs, other *server) {
	c.t.Helper()
	holder := ask[string](c, "SELECT holder FROM leases WHERE name LIKE 'channel %'")
	for i, node := range c.nodes {
		if strings.Contains(holder, fmt.Sprintf("/%d/", node.cmd.Process.Pid)) {
			return node, c.nodes[1-i]
		}
	}
	c.t.Fatalf("the channel is run by %q, which is none of the nodes", holder)
	return nil, nil
}

// at gives an agent who is signed in at a node.
func (c *cluster) at(node *server) caller {
	if node == c.nodes[0] {
		return c.anna
	}
	return c.boris
}

// oneSends lets what one node owes to a channel that the other runs leave at once.
func (c *cluster) oneSends(t *testing.T, session string) {
	t.Helper()
	_, other := c.runner()
	c.anna.must(t, "POST", "/api/v1/sessions/"+session+"/take", object{}, nil)
	if other == c.nodes[1] {
		c.boris.must(t, "POST", "/api/v1/sessions/"+session+"/join", object{}, nil)
	}
	best := fastest(time.Second, func(i int) time.Duration {
		begun := time.Now()
		text := fmt.Sprint("owed ", i)
		c.at(other).answer(t, session, text)
		c.bot.hears(t, text)
		return time.Since(begun)
	})
	if best > time.Second {
		t.Errorf("the fastest delivery that the other node owed took %v, as if it were found by looking", best)
	}
}

// bothAreThere holds the nodes to one answer on who is there, whichever sees them (C4).
func (c *cluster) bothAreThere(t *testing.T) {
	t.Helper()
	stream, _ := dial(t, c.anna.url+"/api/v1/events", c.anna.header)
	stream.await(t, "hello")
	for name, asks := range map[string]caller{"Boris Lind": c.anna, "Anna Berg": c.boris} {
		eventually(t, patience, func() string {
			var page struct {
				Items []struct {
					Name      string `json:"name"`
					Receiving bool   `json:"receiving"`
				} `json:"items"`
			}
			asks.must(t, "GET", "/api/v1/agents", nil, &page)
			for _, a := range page.Items {
				if a.Name == name && a.Receiving {
					return ""
				}
			}
			return fmt.Sprintf("%s is not there for a colleague on the other node: %+v", name, page.Items)
		})
	}
	if got := c.must("doctor"); !strings.Contains(got, "department Support: 2 of 2 operators") {
		t.Errorf("doctor: got %q", got)
	}
}

// everything sums up all that the holder of a lease writes, but for times that its new holder goes on writing.
func (c *cluster) everything() string {
	c.t.Helper()
	var sums []string
	for _, rows := range []string{
		"TABLE log", "TABLE sessions", "TABLE participants", "TABLE lanes", "TABLE deliveries", "TABLE parts",
		"SELECT name, holder, epoch FROM leases", "SELECT channel, state, reason, since FROM health",
	} {
		sums = append(sums, ask[string](c, "SELECT COALESCE(string_agg(r::text, E'\n' ORDER BY r::text), '') FROM ("+rows+") r"))
	}
	return strings.Join(sums, "\n--\n")
}

// oneSleeps stops the node that runs the Telegram channel while it sends, past its lease, and wakes it (DESIGN 4.8).
func (c *cluster) oneSleeps(t *testing.T, session string) {
	t.Helper()
	asleep, awake := c.runner()
	if awake == c.nodes[1] { // Anna's connections are with the one that sleeps
		c.boris.must(t, "POST", "/api/v1/sessions/"+session+"/assign", object{"agent": c.agent(t, "Boris Lind")}, nil)
	}
	release := c.bot.hold()
	defer release()
	c.at(awake).answer(t, session, "half said")
	c.bot.hears(t, "half said")
	asleep.signal(syscall.SIGSTOP)
	c.bot.set(nil)
	eventually(t, 2*patience, func() string {
		if runs, _ := c.runner(); runs != awake {
			return "the node that sleeps runs the channel still"
		}
		return ""
	})
	c.at(awake).answer(t, session, "said by the other")
	c.bot.hears(t, "said by the other")
	eventually(t, patience, func() string {
		if n := ask[int](c, "SELECT count(*) FROM deliveries"); n > 0 {
			return fmt.Sprint("still owed: ", n)
		}
		return ""
	})
	before := c.everything()
	release()
	asleep.signal(syscall.SIGCONT)
	if refused := asleep.logged("write refused: another node holds the lease", patience)["refused"]; refused.(float64) < 1 {
		t.Errorf("got %v refused writes", refused)
	}
	asleep.logged("channel stopped", patience)
	after := c.everything()
	for row := range strings.Lines(after) {
		if !strings.Contains(before, row) {
			t.Errorf("the node that slept wrote %s", row)
		}
	}
	if len(after) != len(before) {
		t.Errorf("the node that slept left %d bytes of %d", len(after), len(before))
	}
	if n := c.bot.hears(t, "half said"); n != 1 {
		t.Errorf("what was half said was said %d times", n)
	}
	c.at(asleep).session(t, "said by the other") // it goes on
}

// agent gives an agent's id.
func (c *cluster) agent(t *testing.T, name string) string {
	t.Helper()
	var page struct {
		Items []struct{ ID, Name string } `json:"items"`
	}
	c.boris.must(t, "GET", "/api/v1/agents", nil, &page)
	for _, a := range page.Items {
		if a.Name == name {
			return a.ID
		}
	}
	t.Fatalf("there is no %s", name)
	return ""
}
