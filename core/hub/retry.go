package hub

import "parley/core"

// retry sends a message again. One that may have arrived can so come twice: whoever asks for it has been told.
func (a *act) retry(d core.Retry) error {
	m, err := a.message("message", d.Message)
	if err != nil {
		return err
	}
	if !lacks(m.State) {
		return &core.Error{Op: "hub.Retry", Kind: core.Invalid, Field: "message", Reason: "has not failed"}
	}
	x, err := core.ParseExtra(m.Data)
	if err != nil {
		return err
	}
	words, again := m.Text != "" && (len(x.Media) == 0 || lacks(x.Words)), x
	if words && x.Words != "" {
		again.Words = core.Queued
	}
	var files []core.FileID
	for _, f := range x.Media {
		if lacks(f.Sent) && f.State == core.FileReady {
			files = append(files, f.File)
			again, _ = again.WithFile(f.File, func(f *core.Media) { f.Sent, f.Reason = core.Queued, "" })
		}
	}
	if !words && len(files) == 0 {
		return &core.Error{Op: "hub.Retry", Kind: core.Invalid, Field: "message", Reason: "has a file that never came: send it again"}
	}
	m.State, m.Reason, m.Data = core.Queued, "", again.Data()
	a.PutMessage(m)
	e := a.event(core.EventDelivery, core.AgentsOnly)
	e.About, e.State, e.Data, e.Dedupe = m.ID, core.Queued, core.Extra{Media: again.Media}.Data(), a.Key()
	a.Append(&a.s, e)
	if words {
		err = a.owe(core.OutSend, m.ID)
	}
	for _, f := range files {
		if err == nil {
			err = a.OweFile(a.s, m.ID, f)
		}
	}
	return err
}

// lacks tells whether something has not arrived, or may not have.
func lacks(state core.DeliveryState) bool { return state == core.Failed || state == core.MaySent }
