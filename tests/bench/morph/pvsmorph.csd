; SPDX-FileCopyrightText: 2026 The Lamina developers
; SPDX-License-Identifier: GPL-3.0-or-later
;
; Both channels of $A towards those of $B by $AMOUNT: amplitudes and frequencies alike.
<CsoundSynthesizer>
<CsInstruments>
sr = 48000
ksmps = 64
nchnls = 2
0dbfs = 1

instr 1
  aa1, aa2 diskin2 "$A", 1
  ab1, ab2 diskin2 "$B", 1
  fa1 pvsanal aa1, 2048, 512, 2048, 1
  fa2 pvsanal aa2, 2048, 512, 2048, 1
  fb1 pvsanal ab1, 2048, 512, 2048, 1
  fb2 pvsanal ab2, 2048, 512, 2048, 1
  fm1 pvsmorph fa1, fb1, $AMOUNT, $AMOUNT
  fm2 pvsmorph fa2, fb2, $AMOUNT, $AMOUNT
  ao1 pvsynth fm1
  ao2 pvsynth fm2
  outs ao1, ao2
endin
</CsInstruments>
<CsScore>
i 1 0 1.3
e
</CsScore>
</CsoundSynthesizer>
