package core

import (
	"fmt"
	"testing"
	"time"
)

func stands(all ...Stand) []Stand {
	for i := range all {
		all[i].Talk = Talk{3, RemoteID(fmt.Sprint(i + 1))}
	}
	return all
}

func TestWhatACustomerIsToldOfTheQueueA6C1C3(t *testing.T) {
	t.Parallel()
	now := Time(1e12)
	pace := Pace{ServedEach: (4 * time.Minute).Microseconds(), ServedAt: now, ServedBy: 2}
	line := stands(Stand{State: Waiting}, Stand{State: Pending}, Stand{State: Waiting, Connected: true}, Stand{State: Waiting}, Stand{State: Pending})
	for show, want := range map[QueueShow]map[RemoteID]Wait{
		ShowNumber:   {"1": {ShowNumber, 1, false, 2}, "2": {ShowNumber, 2, false, 2}, "4": {ShowNumber, 4, false, 6}, "5": {ShowNumber, 5, false, 6}},
		ShowBefore:   {"1": {ShowBefore, 1, false, 2}, "2": {ShowBefore, 2, false, 2}, "4": {ShowBefore, 4, false, 6}, "5": {ShowBefore, 5, false, 6}},
		ShowEstimate: {"1": {ShowEstimate, 0, false, 2}, "2": {ShowEstimate, 0, false, 2}, "4": {ShowEstimate, 0, false, 6}, "5": {ShowEstimate, 0, false, 6}},
		ShowNothing:  {"1": {Show: ShowNothing}, "2": {Show: ShowNothing}, "4": {Show: ShowNothing}, "5": {Show: ShowNothing}},
	} {
		got := Queue{Show: show}.Waits(line, pace, now)
		if len(got) != len(want) {
			t.Errorf("%s: got %v, want nothing told to who has met an agent", show, got)
		}
		for who, w := range want {
			if got[Talk{3, who}] != w {
				t.Errorf("%s, %s: got %+v, want %+v", show, who, got[Talk{3, who}], w)
			}
		}
	}
}

func TestA6_WhatAMessengersCustomerIsTold(t *testing.T) {
	t.Parallel()
	for w, want := range map[Wait]string{
		{}:                                           "",
		{Show: ShowNothing}:                          "",
		{Show: ShowNumber, Place: 3, Minutes: 4}:     "You are number 3 in the queue. An agent will be with you in about 4 minutes.",
		{Show: ShowNumber, Place: 1, Minutes: 1}:     "You are number 1 in the queue. An agent will be with you in about 1 minute.",
		{Show: ShowNumber, Place: 2}:                 "You are number 2 in the queue.",
		{Show: ShowBefore, Place: 1}:                 "You are the next in the queue.",
		{Show: ShowBefore, Place: 2}:                 "1 person is before you in the queue.",
		{Show: ShowBefore, Place: 5}:                 "4 people are before you in the queue.",
		{Show: ShowNumber, Place: 200, Beyond: true}: "200 people or more are before you in the queue.",
		{Show: ShowEstimate, Minutes: 90}:            "You are in the queue. An agent will be with you in about 90 minutes.",
		{Show: ShowEstimate}:                         "You are in the queue.",
	} {
		if got := w.Sentence(); got != want {
			t.Errorf("%+v: got %q, want %q", w, got, want)
		}
	}
}

func TestWhoIsFarBackLearnsThatTheyAreA6(t *testing.T) {
	t.Parallel()
	now := Time(1e12)
	line := make([]Stand, LastPlace+1)
	for i := range line {
		line[i].State = Waiting
	}
	got := Queue{Show: ShowNumber}.Waits(stands(line...), Pace{time.Minute.Microseconds(), now, 1}, now)
	for who, want := range map[RemoteID]Wait{
		"120": {ShowNumber, 120, false, 120}, "121": {ShowNumber, 121, false, 0}, "200": {ShowNumber, 200, false, 0}, "201": {ShowNumber, 200, true, 0},
	} {
		if got[Talk{3, who}] != want {
			t.Errorf("%s: got %+v, want %+v", who, got[Talk{3, who}], want)
		}
	}
}
