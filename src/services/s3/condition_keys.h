// What policies may ask of a request to S3
// (docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys).
#pragma once

#include "services/operation.h"

namespace orrery::s3 {

inline constexpr ConditionKey kConditionKeys[] = {
    {"s3:prefix", "Prefix"},
    {"s3:delimiter", "Delimiter"},
    {"s3:max-keys", "MaxKeys"},
    {"s3:VersionId", "VersionId"},
    {"s3:LocationConstraint", "CreateBucketConfiguration.LocationConstraint"},
    {"s3:if-match", "IfMatch"},
    {"s3:if-none-match", "IfNoneMatch"},
    {"s3:RequestObjectTag/", "Tagging"},
    {"s3:x-amz-acl", "ACL"},
    {"s3:x-amz-copy-source", "CopySource"},
    {"s3:x-amz-grant-full-control", "GrantFullControl"},
    {"s3:x-amz-grant-read", "GrantRead"},
    {"s3:x-amz-grant-read-acp", "GrantReadACP"},
    {"s3:x-amz-grant-write", "GrantWrite"},
    {"s3:x-amz-grant-write-acp", "GrantWriteACP"},
    {"s3:x-amz-metadata-directive", "MetadataDirective"},
    {"s3:x-amz-object-ownership", "ObjectOwnership"},
    {"s3:x-amz-server-side-encryption", "ServerSideEncryption"},
    {"s3:x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId"},
    {"s3:x-amz-server-side-encryption-customer-algorithm", "SSECustomerAlgorithm"},
    {"s3:x-amz-storage-class", "StorageClass"},
    {"s3:x-amz-website-redirect-location", "WebsiteRedirectLocation"},
};

// Those of the signature: s3:authType, s3:signatureversion, s3:signatureAge, s3:x-amz-content-sha256,
// s3:ResourceAccount.
Result<std::optional<auth::Context::Values>> condition_value(void* self, Reader& reader, const Call& call,
                                                             const Access& access, std::string_view key);

}  // namespace orrery::s3
