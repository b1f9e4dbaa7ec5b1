# HNX. Every target is a command of ./hnx, which sets up what is missing and builds what has changed.
#
#   make run-kernel [CMD="cat /etc/motd"] [DISK=a.img DISK2=b.img …] [HOSTFWD=8080:80] [MEM=256] [SMP=1]
#                   [TRACE=out.json]
#   make test · test-unit · test-sim · test-boot · test-vfs-delegation · lint
#   make soak [MINUTES=10]
#   make new-program NAME=x · new-service NAME=x
#   make bench · bench-check · image · debug [GDB_BATCH=1] · build · setup · clean
#
# The variables go to the driver through the environment, as they are: no shell and no second expansion by make.

.DEFAULT_GOAL := help
VARIABLES := CMD DISK DISK2 DISK3 DISK4 HOSTFWD MEM SMP TRACE GDB_BATCH MINUTES NAME
$(foreach name,$(VARIABLES),$(if $(filter-out undefined,$(origin $(name))),\
  $(eval override $(name) := $$(value $(name)))$(eval export $(name))))

TEST_PARTS := test-unit test-sim test-boot test-vfs-delegation

.PHONY: help run-kernel build setup image debug test $(TEST_PARTS) soak lint bench bench-check new-program new-service clean

help:
	@./hnx help

run-kernel:
	@./hnx run

build setup image debug test soak lint bench bench-check new-program new-service:
	@./hnx $@

$(TEST_PARTS):
	@./hnx test $@

clean:
	rm -rf build
