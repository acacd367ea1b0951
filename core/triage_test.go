package core

import (
	"slices"
	"testing"
)

func TestTagsC9(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                         string
		before                       Tags
		add, remove                  []string
		want, wantAdded, wantRemoved []string
	}{
		{"the first", "", []string{"vip"}, nil, []string{"vip"}, []string{"vip"}, nil},
		{"are kept in order", "b", []string{"c", "a"}, nil, []string{"a", "b", "c"}, []string{"a", "c"}, nil},
		{"are folded", "", []string{" Big\t ORDER ", "big order"}, nil, []string{"big order"}, []string{"big order"}, nil},
		{"that are there already change nothing", "vip", []string{"VIP"}, nil, []string{"vip"}, nil, nil},
		{"go by any way of writing them", "big order\nvip", nil, []string{"Big  Order"}, []string{"vip"}, nil, []string{"big order"}},
		{"that are not there do not go", "vip", nil, []string{"refund"}, []string{"vip"}, nil, nil},
		{"come and go at once", "a\nb", []string{"c"}, []string{"a"}, []string{"b", "c"}, []string{"c"}, []string{"a"}},
		{"that go and come stay", "a", []string{"a"}, []string{"a"}, []string{"a"}, nil, nil},
		{"all go", "a\nb", nil, []string{"a", "b"}, nil, nil, []string{"a", "b"}},
	} {
		now, added, removed := c.before.With(c.add, c.remove)
		if !slices.Equal(now.List(), c.want) || !slices.Equal(added, c.wantAdded) || !slices.Equal(removed, c.wantRemoved) {
			t.Errorf("%s: got %q, came %q, went %q; want %q, %q, %q", c.name, now.List(), added, removed, c.want, c.wantAdded, c.wantRemoved)
		}
	}
}

func TestWhichPrioritiesASurfaceShowsS14(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		some []Priority
		want PrioritySet
		err  Kind
	}{
		{nil, "", ""}, {[]Priority{Urgent, Low, Urgent}, "low,urgent", ""}, {[]Priority{Urgent, High, Normal, Low}, "", ""}, {[]Priority{Urgent, "asap"}, "", Invalid},
	} {
		got, err := PrioritySetOf("priority", c.some)
		if got != c.want || KindOf(err) != c.err {
			t.Errorf("%q: got %q, %v, want %q, %q", c.some, got, err, c.want, c.err)
		}
	}
	if got := PrioritySet("low").With("high,urgent"); got != "low,high,urgent" {
		t.Errorf("with others: got %q", got)
	}
	if got := PrioritySet("low").With(""); got != "" {
		t.Errorf("with all: got %q", got)
	}
}
