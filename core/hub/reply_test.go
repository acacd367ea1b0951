package hub

import (
	"context"
	"strings"
	"testing"
	"time"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// dates gives so many days as holidays, from yesterday on.
func (d *day) dates(n int) string {
	var all []string
	for i := range n {
		all = append(all, d.hub.clock().AddDate(0, 0, i-1).Format(time.DateOnly))
	}
	return strings.Join(all, ", ")
}

func TestOutsideOfTheHoursAMessengersCustomerIsToldOnceB6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		set := func(hours string) {
			t.Helper()
			must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"reopen": {"messenger": 0}, "hours": {"message": "Back at nine.", `+hours+`}}`), 0))
		}
		told := func(when string, want int64) {
			t.Helper()
			var got int64
			d.mu.Lock()
			for _, e := range d.events {
				if e.ActorKind == core.BySystem && e.Kind == core.EventMessage && e.Text == "Back at nine." {
					got++
				}
			}
			d.mu.Unlock()
			if got != want {
				t.Fatalf("%s: told %d times, want %d", when, got, want)
			}
		}
		set(`"auto_reply": true`)
		d.capable = core.Capabilities{}
		d.write("carla", "always open")
		told("always open", 0)
		set(`"auto_reply": true, "holidays": "` + d.dates(4) + `"`)
		id := d.write("carla", "hello?")
		told("closed", 1)
		if s := d.session(id); s.State != core.Waiting || s.WaitingSince == 0 || s.Unread != 2 {
			t.Errorf("got %+v: a reply by itself is no answer", s)
		}
		d.write("carla", "anybody?")
		told("again", 1)
		d.do(d.anna, core.End{Session: id})
		d.write("carla", "hello again")
		told("in another session", 1)
		d.pass(12 * time.Hour)
		d.write("carla", "still nobody?")
		told("twelve hours later", 2)
		d.capable = core.Capabilities{Pulls: true}
		d.write("dora", "hello?")
		told("on a site", 2)
		d.healthy()
	})
}

func TestWhoIsAnsweredOutsideOfTheHoursIsNotToldThatNobodyWorksB6(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		id := d.write("carla", "hi")
		d.do(d.anna, core.Say{Session: id, Text: "hello"})
		must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"hours": {"message": "Back at nine.", "auto_reply": true, "holidays": "`+d.dates(4)+`"}}`), 0))
		d.pass(time.Minute)
		d.do(d.anna, core.Say{Session: id, Text: "one moment"})
		d.write("carla", "of course")
		if d.session(id).RepliedAt != 0 {
			t.Error("told that nobody works, while somebody does")
		}
		d.pass(core.AutoReplyTime)
		d.write("carla", "are you there?")
		if d.session(id).RepliedAt == 0 {
			t.Error("half a day later: not told")
		}
	})
}

// What a department replies may be set for all, and what stands beside it holds whatever it is.
func TestADepartmentRepliesWhatIsSetForAllC17(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		d := openDay(t, url)
		d.capable = core.Capabilities{}
		set := func(of core.DepartmentID, own string) error {
			_, err := d.hub.SetSettings(context.Background(), admin(d.anna), of, []byte(own), 0)
			return err
		}
		must(0, set(0, `{"hours": {"message": "Back at nine."}}`))
		if err := set(d.support, `{"reopen": {"messenger": 60}, "hours": {"auto_reply": true, "holidays": "`+d.dates(4)+`"}}`); err != nil {
			t.Fatalf("the message is set for all: got %v", err)
		}
		id := d.write("carla", "hello?")
		if d.session(id).RepliedAt == 0 {
			t.Error("nobody was told")
		}
		must(0, set(0, `{}`))
		if id := d.write("dora", "hello?"); d.session(id).RepliedAt != 0 {
			t.Error("somebody was told nothing")
		}
		if got := must(d.store.Settings(context.Background(), d.support)).Reopen.Messenger; got != 60 {
			t.Errorf("got %d: what was set beside the reply is gone with its message", got)
		}
		must(0, set(0, `{"hours": {"message": "Back at nine.", "auto_reply": true}}`))
		if err := set(d.support, `{"hours": {"message": ""}}`); core.KindOf(err) != core.Invalid {
			t.Errorf("nothing to reply: got %v, want Invalid", err)
		}
	})
}

// While another node changes the department, for whatever it does, words in its open sessions are taken all the same: so two nodes cannot wait
// for each other there, and nobody queues for the one row that all sessions of a department share.
func TestWordsDoNotWaitForTheDepartmentWhereItRepliesByItselfB6(t *testing.T) {
	t.Parallel()
	url := storetest.Postgres(t)
	d := openDay(t, url)
	d.capable = core.Capabilities{}
	must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"hours": {"message": "Back at nine.", "auto_reply": true}}`), 0))
	id := d.write("carla", "hi")
	must(d.hub.SetSettings(context.Background(), admin(d.anna), d.support, []byte(`{"hours": {"message": "Back at nine.", "auto_reply": true, "holidays": "`+d.dates(4)+`"}}`), 0))
	other := d.node(url)
	locked, free := make(chan struct{}), make(chan struct{})
	held := make(chan error, 1)
	go func() {
		_, err := other.writer.Do(context.Background(), store.Job{
			Touch: func(k *store.Keys) { k.Department(d.support) },
			Do:    func(*store.Work) error { close(locked); <-free; return nil },
		})
		held <- err
	}()
	<-locked
	heard := make(chan error, 1)
	go func() { heard <- d.hub.Receive(context.Background(), d.message("carla", "later", "are you there?")) }()
	select {
	case err := <-heard:
		must(0, err)
	case <-time.After(20 * time.Second):
		t.Error("the message waits for the department")
	}
	close(free)
	must(0, <-held)
	if s := d.session(id); s.RepliedAt == 0 {
		t.Error("nobody was told that nobody works")
	}
}
