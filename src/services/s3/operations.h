// The functions behind the rows of s3.cc.
#pragma once

#include "services/s3/s3.h"
#include "shapes/s3.h"

namespace orrery::s3 {

// buckets.cc
Result<CreateBucketOutput> create_bucket(S3& s3, Call& call, Transaction& tx, const CreateBucketRequest& input);
Result<HeadBucketOutput> head_bucket(Call& call, Reader& reader, const HeadBucketRequest& input);
Result<ListBucketsOutput> list_buckets(Call& call, Reader& reader, const ListBucketsRequest& input);
Result<wire::Empty> delete_bucket(Call& call, Transaction& tx, const DeleteBucketRequest& input);
Result<GetBucketLocationOutput> get_bucket_location(Call& call, Reader& reader, const GetBucketLocationRequest& input);

// put_object.cc
Result<std::unique_ptr<PayloadSink>> open_object(S3& s3, Call& call, const PutObjectRequest& input);
Result<PutObjectOutput> put_object(S3& s3, Call& call, Transaction& tx, const PutObjectRequest& input);

// get_object.cc
Result<GetObjectOutput> get_object(S3& s3, Call& call, Reader& reader, const GetObjectRequest& input);
Result<HeadObjectOutput> head_object(Call& call, Reader& reader, const HeadObjectRequest& input);

// delete_objects.cc
Result<DeleteObjectOutput> delete_object(S3& s3, Call& call, Transaction& tx, const DeleteObjectRequest& input);
Result<DeleteObjectsOutput> delete_objects(S3& s3, Call& call, Transaction& tx, const DeleteObjectsRequest& input);

// list_objects.cc
Result<ListObjectsOutput> list_objects(Call& call, Reader& reader, const ListObjectsRequest& input);
Result<ListObjectsV2Output> list_objects_v2(Call& call, Reader& reader, const ListObjectsV2Request& input);

}  // namespace orrery::s3
