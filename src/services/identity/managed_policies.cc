#include "services/identity/managed_policies.h"

#include <algorithm>

namespace orrery::identity {
namespace {

// docs.aws.amazon.com/aws-managed-policy/latest/reference/
constexpr ManagedPolicy kPolicies[] =
    {
        {"arn:aws:iam::aws:policy/AWSLambda_FullAccess", "AWSLambda_FullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudformation:DescribeStacks","cloudformation:ListStackResources","cloudwatch:ListMetrics","cloudwatch:GetMetricData","iam:GetPolicy","iam:GetPolicyVersion","iam:GetRole","iam:GetRolePolicy","iam:ListAttachedRolePolicies","iam:ListRolePolicies","iam:ListRoles","lambda:*","logs:DescribeLogGroups","states:DescribeStateMachine","states:ListStateMachines","tag:GetResources"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}},{"Effect":"Allow","Action":["logs:DescribeLogStreams","logs:GetLogEvents","logs:FilterLogEvents"],"Resource":"arn:aws:logs:*:*:log-group:/aws/lambda/*"}]})"},
        {"arn:aws:iam::aws:policy/AdministratorAccess", "AdministratorAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess", "AmazonDynamoDBFullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:*","dax:*","cloudwatch:DeleteAlarms","cloudwatch:DescribeAlarmHistory","cloudwatch:DescribeAlarms","cloudwatch:DescribeAlarmsForMetric","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:PutMetricAlarm","cloudwatch:GetMetricData","iam:GetRole","iam:ListRoles","sns:ListTopics","lambda:CreateFunction","lambda:ListFunctions","lambda:ListEventSourceMappings","lambda:CreateEventSourceMapping","lambda:DeleteEventSourceMapping","lambda:GetFunctionConfiguration","lambda:DeleteFunction","resource-groups:ListGroups","tag:GetResources","kinesis:ListStreams","kinesis:DescribeStream","kinesis:DescribeStreamSummary"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess", "AmazonDynamoDBReadOnlyAccess", "/", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms","cloudwatch:GetMetricStatistics","cloudwatch:ListMetrics","cloudwatch:GetMetricData","dynamodb:BatchGetItem","dynamodb:Describe*","dynamodb:List*","dynamodb:GetAbacStatus","dynamodb:GetItem","dynamodb:GetResourcePolicy","dynamodb:Query","dynamodb:Scan","dynamodb:PartiQLSelect","dax:Describe*","dax:List*","dax:GetItem","dax:BatchGetItem","dax:Query","dax:Scan","iam:GetRole","iam:ListRoles","lambda:ListFunctions","lambda:ListEventSourceMappings","lambda:GetFunctionConfiguration","tag:GetResources"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/AmazonEventBridgeFullAccess", "AmazonEventBridgeFullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["events:*","schemas:*","scheduler:*","pipes:*"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":["events.amazonaws.com","scheduler.amazonaws.com","pipes.amazonaws.com"]}}}]})"},
        {"arn:aws:iam::aws:policy/AmazonS3FullAccess", "AmazonS3FullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "AmazonS3ReadOnlyAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/CloudWatchLogsFullAccess", "CloudWatchLogsFullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:*","cloudwatch:GenerateQuery"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/CloudWatchLogsReadOnlyAccess", "CloudWatchLogsReadOnlyAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:Describe*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/IAMFullAccess", "IAMFullAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:ListRoots"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/IAMReadOnlyAccess", "IAMReadOnlyAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/PowerUserAccess", "PowerUserAccess", "/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "AWSLambdaBasicExecutionRole",
         "/service-role/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/service-role/AWSLambdaDynamoDBExecutionRole",
         "AWSLambdaDynamoDBExecutionRole", "/service-role/", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/service-role/AWSLambdaRole", "AWSLambdaRole", "/service-role/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["lambda:InvokeFunction"],"Resource":["*"]}]})"},
        {"arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole", "AWSLambdaSQSQueueExecutionRole",
         "/service-role/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes","logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]})"},
        {"arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole", "AWSLambdaVPCAccessExecutionRole",
         "/service-role/",
         R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents","ec2:CreateNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses"],"Resource":"*"}]})"},
};

static_assert(std::ranges::is_sorted(kPolicies, {}, &ManagedPolicy::arn));

}  // namespace

std::span<const ManagedPolicy> managed_policies() { return kPolicies; }

const ManagedPolicy* find_managed_policy(std::string_view arn) {
  const auto found = std::ranges::lower_bound(kPolicies, arn, {}, &ManagedPolicy::arn);
  return found != std::end(kPolicies) && found->arn == arn ? &*found : nullptr;
}

}  // namespace orrery::identity
