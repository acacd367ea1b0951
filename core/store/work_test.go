package store_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// seen is everything that a job can read.
type seen struct {
	Session, Talking  core.Session
	Department        core.Department
	Agent             core.Actor
	Part              core.Participant
	Parts             []core.Participant
	Identity          core.Identity
	Unread, Seq       int64
	None              [6]core.Kind // of what is not there
	UnreadAll, Behind int64
}

func (h *house) look(id core.SessionID, at core.EventID, into *seen) func(*store.Work) error {
	return func(w *store.Work) (err error) {
		*into = seen{}
		read := func(e error) {
			if err == nil {
				err = e
			}
		}
		var e error
		into.Session, e = w.Session(id)
		read(e)
		into.Talking, e = w.Open(h.desk, "carla")
		read(e)
		into.Department, e = w.Department(h.support)
		read(e)
		into.Agent, e = w.Agent(h.oleg.Agent.ID)
		read(e)
		into.Part, e = w.Participant(id, h.anna.Agent.ID)
		read(e)
		into.Parts, e = w.Participants(id)
		read(e)
		slices.SortFunc(into.Parts, func(a, b core.Participant) int { return int(a.Agent - b.Agent) })
		into.Identity, e = w.Identity(h.desk, "carla")
		read(e)
		into.Unread, e = w.UnreadAfter(into.Session, 2)
		read(e)
		into.UnreadAll, e = w.UnreadAfter(into.Session, 0)
		read(e)
		into.Behind, e = w.UnreadAfter(into.Session, 1000)
		read(e)
		into.Seq, e = w.SeqAt(id, at)
		read(e)
		_, e0 := w.Session(4711)
		_, e1 := w.Open(h.desk, "nobody")
		_, e2 := w.Department(4711)
		_, e3 := w.Agent(4711)
		_, e4 := w.Identity(h.desk, "nobody")
		_, e5 := w.Open(h.shop, "carla")
		for i, e := range []error{e0, e1, e2, e3, e4, e5} {
			into.None[i] = core.KindOf(e)
		}
		return err
	}
}

func TestWhatNobodyNamedIsReadOnFirstTouch(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "one")
		h.did(h.take(h.anna, id))
		h.did(h.hear("carla", "two"))
		at := h.did(h.say(h.anna, id, "hello")).ID
		h.did(h.hear("carla", "three"))

		var named, touched, again seen
		h.must(h.do(store.Job{Do: h.look(id, at, &named), Touch: func(k *store.Keys) {
			k.Held(id)
			k.Held(4711)
			k.Participants(id)
			k.Agent(h.oleg.Agent.ID)
			k.Agent(4711)
			k.Department(4711)
			k.Open(h.desk, "carla", "carla", h.support)
			k.Open(h.desk, "nobody", "nobody", h.support)
		}}))
		h.must(h.do(store.Job{Do: h.look(id, at, &touched)}))
		h.group(store.Job{Do: h.look(id, at, &again)}, store.Job{Do: h.look(id, at, &again)})
		if !reflect.DeepEqual(named, touched) || !reflect.DeepEqual(touched, again) {
			t.Errorf("named, touched and touched twice:\n%+v\n%+v\n%+v", named, touched, again)
		}
		gone := core.NotFound
		want := seen{
			Session: h.session(id), Talking: h.session(id), Agent: h.oleg, Unread: 2, UnreadAll: 3, Seq: 5,
			Department: core.Department{ID: h.support, Slug: "support", Name: "Support", Zone: "Europe/Berlin", CreatedAt: core.At(morning), Switch: core.Switch{SwitchedOn: true}},
			Part:       core.Participant{Session: id, Agent: h.anna.Agent.ID, JoinedAt: core.At(morning)},
			Identity:   core.Identity{ID: 102, Channel: h.desk, Remote: "carla", Customer: 101},
			None:       [6]core.Kind{gone, gone, gone, gone, gone, gone},
		}
		want.Parts = []core.Participant{want.Part}
		if !reflect.DeepEqual(named, want) {
			t.Errorf("got\n%+v\nwant\n%+v", named, want)
		}
	})
}

// A part that is put before anybody looked must not hide the others.
func TestAPartThatIsPutUnseenJoinsTheOthers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "one")
		h.did(h.take(h.anna, id))
		var mine, after, theirs []core.Participant
		put := func(into *[]core.Participant, a core.Actor, end error) store.Job {
			return store.Job{Do: func(w *store.Work) (err error) {
				w.PutParticipant(core.Participant{Session: id, Agent: a.Agent.ID, JoinedAt: w.Now()})
				if *into, err = w.Participants(id); err != nil {
					return err
				}
				return end
			}}
		}
		h.group(put(&mine, h.boris, errRefused), store.Job{Do: func(w *store.Work) (err error) {
			after, err = w.Participants(id)
			return err
		}}, put(&theirs, h.oleg, nil))
		if len(mine) != 2 || len(after) != 1 || len(theirs) != 2 {
			t.Errorf("got %d, %d and %d participants, want Anna with Boris, Anna alone, Anna with Oleg", len(mine), len(after), len(theirs))
		}
		if got := h.count("participants"); got != 2 {
			t.Errorf("got %d rows, want 2", got)
		}
	})
}

// C10: what a group said before it is flushed counts like what is in the log.
func TestUnreadCountsWhatIsNotFlushedC10(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "in the log")
		h.did(h.take(h.anna, id))
		h.did(h.hear("carla", "in the log too"))
		var got []int64
		count := h.on(id, func(w *store.Work, s core.Session) error {
			got = nil
			for seq := range s.LastSeq + 2 {
				n, err := w.UnreadAfter(s, seq)
				if err != nil {
					return err
				}
				got = append(got, n)
			}
			return nil
		})
		h.group(
			h.say(h.anna, id, "an answer"), h.hear("carla", "not flushed"), h.note(h.anna, id, "a note"), then(h.hear("carla", "refused"), refuse),
			h.hear("dora", "elsewhere"), h.hear("carla", "not flushed too"), count,
		)
		// seq: 1 started, 2 message, 3 taken, 4 message, 5 answer, 6 message, 7 note, 8 message
		if want := []int64{4, 4, 3, 3, 2, 2, 1, 1, 0, 0}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestSeqAtAPlaceInTheLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		h := open(t, url)
		id := h.wrote("carla", "one")
		start := h.told()[0].ID - 1
		h.wrote("dora", "elsewhere")
		h.did(h.say(h.anna, id, "two"))
		var got []int64
		h.must(h.do(store.Job{Do: func(w *store.Work) error {
			for at := start; at < start+7; at++ {
				seq, err := w.SeqAt(id, at)
				if err != nil {
					return err
				}
				got = append(got, seq)
			}
			return nil
		}}))
		if want := fmt.Sprint([]int64{0, 1, 2, 2, 2, 3, 3}); fmt.Sprint(got) != want {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
