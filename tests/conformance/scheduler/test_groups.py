"""Schedule groups and their tags."""

from support.aws import ACCOUNT, eventually, refusal
from support.schedules import create, make_role

ARN = f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule-group"


def gone(scheduler, group: str) -> bool:
    try:
        assert scheduler.get_schedule_group(Name=group)["State"] == "DELETING"
        return False
    except scheduler.exceptions.ResourceNotFoundException:
        return True


def test_life_of_a_group(scheduler, schedule, unique):
    group = unique("group")
    assert scheduler.create_schedule_group(Name=group)["ScheduleGroupArn"] == f"{ARN}/{group}"
    shown = scheduler.get_schedule_group(Name=group)
    assert (shown["Arn"], shown["Name"], shown["State"]) == (f"{ARN}/{group}", group, "ACTIVE")
    assert shown["CreationDate"] == shown["LastModificationDate"]
    assert refusal(scheduler.create_schedule_group, Name=group) == (
        "ConflictException", f"Schedule group {group} already exists.")

    inside = [schedule(GroupName=group) for _ in range(3)]
    outside = schedule()
    scheduler.delete_schedule_group(Name=group)
    assert eventually(lambda: gone(scheduler, group))
    for call in (scheduler.get_schedule_group, scheduler.delete_schedule_group):
        assert refusal(call, Name=group) == ("ResourceNotFoundException", f"Schedule group {group} does not exist.")
    assert refusal(scheduler.get_schedule, Name=inside[0], GroupName=group)[0] == "ResourceNotFoundException"
    assert scheduler.get_schedule(Name=outside)["Name"] == outside


def test_more_schedules_than_go_at_once(own_server):
    server = own_server("--clock", "frozen@2026-01-01T00:00:00Z")
    make_role(server, "writer")
    scheduler = server.client("scheduler")
    scheduler.create_schedule_group(Name="many")
    for i in range(520):
        create(server, f"s{i}", "rate(1 day)", scheduler=scheduler, GroupName="many", State="DISABLED")
    scheduler.delete_schedule_group(Name="many")
    assert eventually(lambda: gone(scheduler, "many"))
    assert scheduler.list_schedules()["Schedules"] == []


def test_the_default_group(scheduler):
    assert scheduler.get_schedule_group(Name="default")["State"] == "ACTIVE"
    assert refusal(scheduler.create_schedule_group, Name="default")[0] == "ConflictException"
    assert refusal(scheduler.delete_schedule_group, Name="default") == (
        "ValidationException", "The default schedule group cannot be deleted.")


def test_groups_are_listed_by_prefix_and_page(scheduler, unique):
    prefix = unique("page")
    made = [f"{prefix}-{i}" for i in range(5)]
    for name in made:
        scheduler.create_schedule_group(Name=name)
    pages = scheduler.get_paginator("list_schedule_groups").paginate(
        NamePrefix=prefix, PaginationConfig={"PageSize": 2})
    assert [one["Name"] for page in pages for one in page["ScheduleGroups"]] == made
    everything = scheduler.get_paginator("list_schedule_groups").paginate(PaginationConfig={"PageSize": 1})
    names = [one["Name"] for page in everything for one in page["ScheduleGroups"]]
    assert names.count("default") == 1
    assert set(made) <= set(names)
    assert refusal(scheduler.list_schedule_groups, NextToken="nonsense")[0] == "ValidationException"
    for name in made:
        scheduler.delete_schedule_group(Name=name)


def test_tags(scheduler, unique):
    group = unique("group")
    arn = scheduler.create_schedule_group(Name=group, Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [
        {"Key": "a", "Value": "3"}, {"Key": "b", "Value": "2"}]
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "c"])
    assert scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(50)]
    assert refusal(scheduler.tag_resource, ResourceArn=arn, Tags=many)[0] == "ValidationException"
    assert len(scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]) == 1
    for call, more in (
        (scheduler.tag_resource, {"Tags": [{"Key": "a", "Value": "1"}]}),
        (scheduler.untag_resource, {"TagKeys": ["a"]}),
        (scheduler.list_tags_for_resource, {}),
    ):
        assert refusal(call, ResourceArn=f"{ARN}/no-such-group", **more) == (
            "ResourceNotFoundException", "Schedule group no-such-group does not exist.")
    scheduler.delete_schedule_group(Name=group)


def test_the_same_request_once_more(scheduler, unique):
    group = unique("group")
    scheduler.create_schedule_group(Name=group, ClientToken=group)
    scheduler.create_schedule_group(Name=group, ClientToken=group)
    assert refusal(scheduler.create_schedule_group, Name=group)[0] == "ConflictException"
    scheduler.delete_schedule_group(Name=group)
