package gate

# The eight core rules; each that stands in the way is named.

opens := 480

closes := 1260

refused contains "regf.time.hours" if {
	some minute in input.minutes
	minute < opens
}

refused contains "regf.time.hours" if {
	some minute in input.minutes
	minute >= closes
}

refused contains "regf.call-frequency.attempts" if input.attempts >= 7

refused contains "regf.call-frequency.conversation" if input.days_since_conversation < 7

refused contains "regf.channel.opt-out" if input.opted_out

refused contains "regf.cease.written" if input.ceased

refused contains "regf.attorney.represented" if input.lawyer

refused contains "regf.dispute.written-stop" if input.disputed

refused contains "state.ma.call-cap" if input.cap_used >= input.cap_max
