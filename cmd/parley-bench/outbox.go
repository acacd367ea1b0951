package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

type outboxCommand struct {
	common

	Destinations int     `default:"10000" help:"Chats that are written to."`
	Rate         float64 `help:"Messages a second; unless given, a quarter of what goes at once."`
	Seconds      float64 `default:"5" help:"A round's length, of each of the two."`
	Rounds       int     `default:"5" help:"With and without the dead and the throttled destination, by turns."`
}

// Run measures on each database.
func (c *outboxCommand) Run(ctx context.Context) error {
	settings := map[string]any{
		"destinations": c.Destinations, "rate": c.Rate, "seconds": c.Seconds, "rounds": c.Rounds,
	}
	return c.each("outbox", settings, func(kind, dir string, r *report) error { return c.on(ctx, kind, dir, r) })
}

// on measures on one database: all destinations well, and by turns with that the same where one is dead and one throttled.
func (c *outboxCommand) on(ctx context.Context, kind, dir string, r *report) error {
	well, err := newRelay(ctx, kind, dir, c)
	if err != nil {
		return err
	}
	defer well.close()
	ill, err := newRelay(ctx, kind, dir, c)
	if err != nil {
		return err
	}
	defer ill.close()
	name := fmt.Sprintf("%s, %d destinations", kind, c.Destinations)
	var all []float64
	for _, relay := range []*relay{well, ill} { // each session is taken by its first answer
		begin := time.Now()
		if err := relay.burst(ctx); err != nil {
			return err
		}
		all = append(all, float64(c.Destinations)/time.Since(begin).Seconds())
	}
	ill.sicken()
	rate := c.Rate
	if rate == 0 { // near what is possible, it would be the queue that is measured
		rate = slices.Min(all) / 4
	}
	var ratios, tails, controls []float64
	for round := -1; round < c.Rounds; round++ { // the first warms up and does not count
		control, tail, err := c.round(ctx, rate, well, ill)
		if err != nil {
			return err
		}
		if round < 0 {
			continue
		}
		was, is := milliseconds(quantile(control, 0.99)), milliseconds(quantile(tail, 0.99))
		ratios, tails, controls = append(ratios, is/was), append(tails, is), append(controls, was)
		r.Counts[kind+": taken by the network"] += int64(len(control) + len(tail))
	}
	r.add(figure{Goal: "P11", Name: fmt.Sprintf("%s, %s/s: others' p99", name, number(rate)), Value: median(tails), Unit: "ms", Ratio: median(ratios), AtMost: 1.2,
		Spread: spread(ratios), Control: spread(controls)})
	r.add(figure{Name: name + ": p99 where all are well", Value: median(controls), Unit: "ms", Spread: spread(controls)})
	r.add(figure{Name: name + ": all at once", Value: median(all), Unit: "msgs/s", Spread: spread(all)})
	for name, relay := range map[string]*relay{"where all are well": well, "where two are not": ill} {
		if lost := relay.missing(); lost != 0 {
			r.fail("%s: %s: %d messages did not come", kind, name, lost)
		}
	}
	if ill.failed() == 0 {
		r.fail("%s: nothing failed at the dead and the throttled destination", kind)
	}
	return nil
}

// sliceTime is how long one of the two is written to before it is the other's turn: what disturbs the machine disturbs both.
const sliceTime = 500 * time.Millisecond

// round writes to both, by turns, and gives the times of each.
func (c *outboxCommand) round(ctx context.Context, rate float64, well, ill *relay) (control, times []time.Duration, err error) {
	for range max(1, int(c.Seconds/sliceTime.Seconds())) {
		some, err := well.pace(ctx, rate, sliceTime)
		if err != nil {
			return nil, nil, err
		}
		control = append(control, some...)
		if some, err = ill.pace(ctx, rate, sliceTime); err != nil {
			return nil, nil, err
		}
		times = append(times, some...)
	}
	return control, times, nil
}
