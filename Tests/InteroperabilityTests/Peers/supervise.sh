# supervise.sh PROGRAM ARGUMENT...: runs a program that dies with whoever started it.
#
# Standard input is the leash: when its other end closes, for whatever reason, the program and all it started are killed.
exec 3<&0 </dev/null
setsid "$@" 3<&- &
program=$!
{ read -r _ <&3; kill -KILL -- "-$program" 2>/dev/null; } &
leash=$!
wait "$program"
code=$?
# What the program left behind goes as well.
kill -KILL -- "-$program" "$leash" 2>/dev/null
exit "$code"
