package widget

import (
	"maps"
	"testing"

	"parley/core"
)

func TestWhoWaitsLearnsOfTheirPlaceOnceEachTimeItChangesA6S1_24(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if r.Visited() {
		t.Error("somebody is connected before anybody came")
	}
	token := core.NewToken().Reveal()
	c := r.open(t)
	c.say(`{"type":"hello","versions":[1],"token":"` + token + `"}`)
	c.next("welcome")
	c.next("events")
	l := r.listen(t, `{"type":"hello","versions":[1],"token":"`+token+`"}`)
	l.next("welcome")
	l.next("events")
	if !r.Visited() {
		t.Error("nobody is connected")
	}
	me := core.Talk{Channel: shopChannel().ID, Conversation: core.RemoteID(core.HashToken(core.Secret(token)))}
	other := core.Talk{Channel: me.Channel, Conversation: "another"}
	for _, step := range []struct {
		wait core.Wait
		want string
	}{
		{core.Wait{Show: core.ShowNumber, Place: 3, Minutes: 4}, `{"type":"queue","waiting":true,"place":3,"minutes":4}`},
		{core.Wait{Show: core.ShowNumber, Place: 200, Beyond: true}, `{"type":"queue","waiting":true,"place":200,"beyond":true}`},
		{core.Wait{Show: core.ShowBefore, Place: 1, Minutes: 1}, `{"type":"queue","waiting":true,"before":0,"minutes":1}`},
		{core.Wait{Show: core.ShowEstimate, Minutes: 7}, `{"type":"queue","waiting":true,"minutes":7}`},
		{core.Wait{Show: core.ShowNothing}, `{"type":"queue","waiting":true}`},
	} {
		r.SetWaits(map[core.Talk]core.Wait{me: step.wait, other: {Show: core.ShowNumber, Place: 1}})
		r.SetWaits(map[core.Talk]core.Wait{me: step.wait}) // no news to them
		c.want(step.want)
		l.next("queue")
	}
	late := r.open(t)
	late.say(`{"type":"hello","versions":[1],"token":"` + token + `"}`)
	late.next("welcome")
	late.want(`{"type":"queue","waiting":true}`)
	r.SetWaits(map[core.Talk]core.Wait{})
	c.want(`{"type":"queue"}`)
	if got := l.next("queue"); len(got) != 1 {
		t.Errorf("on a stream: got %v", got)
	}
}

func TestC1_WhereCustomersAreConnectedIsKnownOfSocketsAndStreams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	at := func(token string) core.Talk {
		return core.Talk{Channel: shopChannel().ID, Conversation: core.RemoteID(core.HashToken(core.Secret(token)))}
	}
	one, two := core.NewToken().Reveal(), core.NewToken().Reveal()
	r.open(t) // has not said who it is
	c := r.open(t)
	c.say(`{"type":"hello","versions":[1],"token":"` + one + `"}`)
	c.next("welcome")
	l := r.listen(t, `{"type":"hello","versions":[1],"token":"`+two+`"}`)
	l.next("welcome")
	l.next("events")
	here := map[core.Talk]int{}
	for talk := range r.Talks() {
		here[talk]++
	}
	if want := map[core.Talk]int{at(one): 1, at(two): 1}; !maps.Equal(here, want) {
		t.Errorf("got %v, want %v", here, want)
	}
	for range r.Talks() {
		break
	}
}
