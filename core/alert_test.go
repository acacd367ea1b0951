package core

import (
	"slices"
	"testing"
)

func TestWhoIsToldOfACriticalMarkS11(t *testing.T) {
	t.Parallel()
	const holder = AgentID(7)
	as := func(agent AgentID, c ChannelID, remote RemoteID, says Availability) Overseer {
		return Overseer{AgentLink{Channel: c, Remote: remote, Agent: agent}, says}
	}
	many := make([]Overseer, 30)
	for i := range many {
		many[i] = as(AgentID(100+i), 1, RemoteID(rune('A'+i)), AgentAvailable)
	}
	for name, c := range map[string]struct {
		all  []Overseer
		want []RemoteID
	}{
		"nobody is linked":                      {nil, nil},
		"who works":                             {[]Overseer{as(1, 1, "a", AgentAvailable), as(2, 1, "b", AgentAway), as(3, 1, "c", AgentBusy), as(4, 1, "d", AgentOffline)}, []RemoteID{"a", "c"}},
		"nobody works: all":                     {[]Overseer{as(1, 1, "a", AgentOffline), as(2, 1, "b", AgentAway)}, []RemoteID{"a", "b"}},
		"the holder is told otherwise":          {[]Overseer{as(holder, 1, "a", AgentAvailable), as(2, 1, "b", AgentBusy)}, []RemoteID{"b"}},
		"none works but the holder: all others": {[]Overseer{as(holder, 1, "a", AgentAvailable), as(2, 1, "b", AgentOffline)}, []RemoteID{"b"}},
		"one with two names on a channel":       {[]Overseer{as(1, 1, "a", AgentAvailable), as(1, 1, "b", AgentAvailable), as(1, 2, "c", AgentAvailable)}, []RemoteID{"a", "c"}},
	} {
		var got []RemoteID
		for _, l := range Alerted(c.all, holder) {
			got = append(got, l.Remote)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if got := Alerted(many, holder); len(got) != MaxAlerted || got[0] != many[0].AgentLink {
		t.Errorf("of thirty: got %d, want the first %d", len(got), MaxAlerted)
	}
}

func TestACriticalMarkSaysWhatItsWarningSaysC18(t *testing.T) {
	t.Parallel()
	for marks, want := range map[Marks][]Mark{
		"":                                    nil,
		"idle_warning":                        {MarkIdle},
		"idle_warning\nidle_critical":         {MarkIdleCritical},
		"idle_warning\nduration_critical":     {MarkIdle, MarkDurationCritical},
		"duration_warning\nduration_critical": {MarkDurationCritical},
		"waiting_maximum\none_of_tomorrow":    {MarkWaiting, "one_of_tomorrow"},
	} {
		if got := marks.Telling(); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", marks, got, want)
		}
	}
}
