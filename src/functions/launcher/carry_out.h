// See carry_out.cc.
#pragma once

// Carries out the plan at kPlanFd. Never returns when the plan has a program to execute; otherwise returns in the
// process that is to be the runtime, with its environment ("NAME=value", nullptr at the end).
char** carry_out_plan();
