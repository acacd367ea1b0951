package hub

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// bot adds a bot to Support, with which its sessions begin.
func (d *day) bot(rest string) core.Actor {
	d.t.Helper()
	bot := core.Actor{Roles: core.Roles{d.support: core.Operator}, Agent: core.Agent{
		ID: core.AgentID(d.hub.ids.Next(core.At(time.Now()))), Email: "bot@example.test", Name: "Robin", PublicName: "Robin", PasswordHash: "none", Bot: true,
		Availability: core.AgentAvailable, Permissions: core.AtFirst,
	}}
	must(0, d.hub.putAgent(context.Background(), bot))
	d.set(fmt.Sprintf(`{"bot": {"agent": %q}%s}`, bot.Agent.ID, rest))
	return bot
}

// told gives what has happened to a session since its beginning: of hand-offs their reason.
func (d *day) told(id core.SessionID) (all []string) {
	d.t.Helper()
	for _, e := range must(d.store.LogAfter(context.Background(), 0, 10_000)) {
		if e.Session == id && e.Kind != core.EventMessage {
			text := string(e.Kind)
			if e.Kind == core.EventHandedOff {
				text += " " + e.Text
			}
			all = append(all, text)
		}
	}
	return all
}

func TestC20_ASessionBeginsWithTheBotAndNobodyElseIsAskedForAnything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		bot := d.bot(`, "distribution": {"strategy": "round_robin"}, "service": {"waiting_maximum": 5, "idle_warning": 5}, "hand_off": {"first_response": {"on": true, "seconds": 5}}`)
		d.sees(d.anna, bot)
		d.hub.Moved([]core.AgentID{d.anna.Agent.ID, bot.Agent.ID})
		must(0, d.hub.welcome(context.Background()))
		id := d.write("carla", "hi")
		s := d.session(id)
		if s.State != core.Active || s.Assignee != bot.Agent.ID || !s.Bot || s.Connected || !slices.Equal(d.told(id), []string{"started", "taken"}) {
			t.Fatalf("got %+v, %v, want it with the bot", s, d.told(id))
		}
		d.spend(20*time.Second, d.anna)
		d.do(bot, core.Say{Session: id, Text: "What is your order's number?"})
		if s = d.session(id); s.FirstReplyAt != 0 || s.WaitingSince != 0 || s.Marks != "" {
			t.Errorf("the bot answered: got %+v, want no reply of a person, and no mark", s)
		}
		if n, line := d.waiting(); n != 0 || line != 0 {
			t.Errorf("got %d counted and %d in the queue, want nobody", n, line)
		}
		d.write("carla", "12")
		d.spend(25*time.Second, d.anna)
		if got := d.told(id); !slices.Equal(got, []string{"started", "taken"}) {
			t.Errorf("before the bot's time is over: got %v", got)
		}
		for name, deed := range map[string]core.Deed{"its own": core.Take{Session: id}, "a colleague's": core.Take{Session: id}} {
			who := map[string]core.Actor{"its own": bot, "a colleague's": d.anna}[name]
			if err := d.shop.tries(who, deed); (err == nil) != (name == "its own") || err != nil && core.KindOf(err) != core.Taken {
				t.Errorf("taking %s: got %v", name, err)
			}
		}
		if err := d.shop.tries(d.sofia, core.Assign{Session: d.in(core.Active, "dora"), To: bot.Agent.ID}); core.KindOf(err) != core.Invalid {
			t.Errorf("assigned to the bot: got %v, want Invalid", err)
		}
		d.healthy()
	})
}

func TestC20_TheBotHandsOverToTheQueueWithTheReason(t *testing.T) {
	t.Parallel()
	const answer = "Robin says"
	for name, c := range map[string]struct {
		does func(d *day, bot core.Actor, id core.SessionID)
		told string
	}{
		"the customer asks": {func(d *day, _ core.Actor, _ core.SessionID) { d.write("carla", "Human!") }, "handed_off bot_asked"},
		"the bot fails": {func(d *day, _ core.Actor, _ core.SessionID) {
			d.write("carla", "and?")
			d.spend(29*time.Second, d.anna)
			d.lapsed("too early", must(d.store.Talking(context.Background(), d.channel, "carla")).ID)
			d.spend(time.Second, d.anna)
		}, "handed_off bot_silent"},
		"the bot gives up": {func(d *day, bot core.Actor, id core.SessionID) { d.do(bot, core.Release{Session: id}) }, "released"},
		"the bot is disabled": {func(d *day, bot core.Actor, _ core.SessionID) {
			must(0, d.hub.DisableAgent(context.Background(), bot.Agent.Email))
			d.write("carla", "and?")
		}, "handed_off bot_off"},
		"the setting goes": {func(d *day, _ core.Actor, _ core.SessionID) {
			d.set(`{"distribution": {"strategy": "round_robin"}}`)
			d.pass(0)
		}, "handed_off bot_off"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, url string) {
				d := openDay(t, url)
				bot := d.bot(`, "distribution": {"strategy": "round_robin"}`)
				d.sees(d.anna)
				d.hub.Moved([]core.AgentID{d.anna.Agent.ID})
				must(0, d.hub.welcome(context.Background()))
				id := d.write("carla", "hi")
				d.do(bot, core.Say{Session: id, Text: answer})
				c.does(d, bot, id)
				if got, want := d.told(id), []string{"started", "taken", c.told, "assigned"}; !slices.Equal(got, want) {
					t.Fatalf("got %v, want %v", got, want)
				}
				s := d.session(id)
				if s.State != core.Pending || s.Assignee != d.anna.Agent.ID || s.Bot || s.Connected || s.HandOffs != 0 {
					t.Errorf("got %+v, want it given to Anna at once", s)
				}
				for _, deed := range []core.Deed{core.Say{Session: id, Text: "late"}, core.Take{Session: id}, core.Join{Session: id}, core.Assign{Session: id, To: bot.Agent.ID}, core.Note{Session: id, Text: "late"}} {
					if err := d.shop.tries(bot, deed); core.KindOf(err) != core.Forbidden {
						t.Errorf("the bot's %s: got %v, want Forbidden", deed.Verb(), err)
					}
				}
				d.do(d.anna, core.Say{Session: id, Text: "hello"})
				if s := d.session(id); !s.Connected || s.FirstReplyAt == 0 {
					t.Errorf("got %+v, want the customer to have met Anna", s)
				}
				d.healthy()
			})
		})
	}
}

func TestC20_WhereASessionBeginsInTheQueueAllTheSame(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		bot := d.bot(`, "reopen": {"site": 600}`)
		if s := d.session(d.write("asks", "agent")); s.State != core.Waiting {
			t.Errorf("who asks for a person at once: got %s", s.State)
		}
		again := d.write("again", "hi")
		d.do(bot, core.End{Session: again})
		if s := d.session(d.write("again", "me again")); s.ID != again || s.State != core.Waiting || s.Bot {
			t.Errorf("who comes back: got %+v, want it in the queue", s)
		}
		empty := d.sendEmpty("empty")
		if s := d.session(d.write("empty", "hi")); s.ID != empty || s.Assignee != bot.Agent.ID || !s.Bot {
			t.Errorf("who began without a word: got %+v, want it with the bot", s)
		}
		for own, field := range map[string]string{
			fmt.Sprintf(`{"bot": {"agent": %q}}`, d.anna.Agent.ID):              "own.bot.agent",
			`{"bot": {"agent": "agt_1"}}`:                                       "own.bot.agent",
			fmt.Sprintf(`{"bot": {"agent": %q, "seconds": 4}}`, bot.Agent.ID):   "own.bot.seconds",
			fmt.Sprintf(`{"bot": {"agent": %q, "seconds": 601}}`, bot.Agent.ID): "own.bot.seconds",
			fmt.Sprintf(`{"bot": {"agent": %q, "seconds": 600}}`, bot.Agent.ID): "",
		} {
			if _, err := d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(own), 0); fieldOf(err) != field {
				t.Errorf("%s: got %v, want %q", own, err, field)
			}
		}
		if _, err := d.hub.SetSettings(context.Background(), admin(d.anna), d.sales, fmt.Appendf(nil, `{"bot": {"agent": %q}}`, bot.Agent.ID), 0); fieldOf(err) != "own.bot.agent" {
			t.Errorf("where it is no operator: got %v", err)
		}
		d.healthy()
	})
}

func TestC20_AFailedBotIsFoundByWhoeverLooksAfterARestartOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.bot("")
		id := d.write("carla", "hi")
		d.passed.Add(int64(31 * time.Second))
		var wait sync.WaitGroup
		for _, h := range []*Hub{d.node(url), d.node(url)} { // the hub that armed the timer is gone
			wait.Go(func() { must(0, h.lookAround(context.Background())) })
		}
		wait.Wait()
		if got, want := d.told(id), []string{"started", "taken", "handed_off bot_silent"}; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if n, line := d.waiting(); n != 1 || line != 1 {
			t.Errorf("got %d counted and %d in the queue, want one", n, line)
		}
		d.visited(0, id)
		d.visited(11 * time.Minute)
		if s := d.session(id); s.Outcome != core.Abandoned {
			t.Errorf("whose customer has left before a person came: got %+v, want it abandoned", s)
		}
		d.healthy()
	})
}

func TestC20_TheCustomerAsksWhileTheBotAnswersAndAPersonTakesIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		bot := d.bot("")
		for i := range 12 {
			customer := fmt.Sprint("customer ", i)
			id := d.write(customer, "hi")
			asks := d.message(customer, fmt.Sprint("asks-", i), "human")
			together(3, func(n int) {
				var err error
				switch n {
				case 0:
					err = d.hub.Receive(context.Background(), asks)
				case 1:
					_, err = d.hub.Do(context.Background(), bot, core.Say{Session: id, Text: "answer"}, "")
				case 2:
					_, err = d.hub.Do(context.Background(), d.anna, core.Assign{Session: id, To: d.anna.Agent.ID, Over: true}, "")
				}
				if err != nil && core.KindOf(err) != core.Forbidden {
					t.Error(err)
				}
			})
			s := d.session(id)
			if s.State != core.Active || s.Assignee != d.anna.Agent.ID || s.Bot || !s.Connected {
				t.Errorf("got %+v, %v, want Anna to have it", s, d.told(id))
			}
		}
		d.healthy()
	})
}

func TestC20_APersonJoinsTheBotAndIsMet(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		bot := d.bot("")
		id := d.write("carla", "hi")
		d.do(d.sofia, core.Join{Session: id})
		s := d.session(id)
		joined := slices.DeleteFunc(must(d.store.LogAfter(context.Background(), 0, 10_000)), func(e core.Event) bool {
			return e.Session != id || e.Kind != core.EventJoined && e.Kind != core.EventTaken
		})
		if !s.Connected || !s.Bot || s.Assignee != bot.Agent.ID || len(joined) != 2 || joined[0].Audience != core.AgentsOnly || joined[1].Audience != core.Everyone {
			t.Errorf("got %+v, %+v, want the customer told of Sofia alone", s, joined)
		}
		must(0, d.hub.DisableAgent(context.Background(), bot.Agent.Email))
		d.pass(time.Minute)
		if s := d.session(id); s.State != core.Waiting || s.LastAgent != 0 {
			t.Errorf("got %+v, want it in the queue", s)
		}
		var last core.AgentID
		d.do(d.sofia, core.End{Session: id})
		d.work(func(w *store.Work) (err error) {
			last, err = w.LastAgent(must(w.IdentityOf(s)).Customer)
			return err
		})
		if last == bot.Agent.ID {
			t.Error("the customer is remembered to have talked to the bot")
		}
		d.healthy()
	})
}

func TestC20_ABotThatGetsAnEmptySessionHasReadNothingOfIt(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.bot("")
		id := d.sendEmpty("carla")
		d.do(d.anna, core.Read{Session: id, Seq: 1})
		d.write("carla", "hi")
		if s := d.session(id); s.ReadSeq != 0 || s.Unread != 1 {
			t.Errorf("got it read up to %d, %d unread; want the bot's own", s.ReadSeq, s.Unread)
		}
		d.healthy()
	})
}
